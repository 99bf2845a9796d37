package io.fairlead.proxy.front;

import static io.fairlead.proxy.front.SocksThroughExitsTest.GREETING;
import static io.fairlead.proxy.front.SocksThroughExitsTest.SECRET;
import static io.fairlead.proxy.front.SocksThroughExitsTest.hex;
import static io.fairlead.proxy.front.SocksThroughExitsTest.read;
import static io.fairlead.proxy.front.SocksThroughExitsTest.send;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Handshakes of SOCKS that are wrong, or ask for what there is not. Bytes are written in hexadecimal. */
@Timeout(60)
class HostileSocksTest {

    private static FrontRig rig;

    @BeforeAll
    static void start() throws IOException {
        rig = new FrontRig();
        rig.exit("exit-01");
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    /** Each row: what is sent in one go after greeting and secret, and the reply code that must come before the end. */
    @ParameterizedTest(name = "{2}")
    @CsvSource({
        "05020001 7f000001 0050, 07, bind",
        "05030001 7f000001 0050, 07, UDP associate",
        "05010002 7f000001 0050, 08, address type 2",
        "04010001 7f000001 0050, 01, version 4 after 5",
        "05010001 7f000001 0000, 01, port 0",
        "05010003 00 0050, 01, empty name",
        "05010003 03 610062 0050, 01, zero byte in a name",
        "05010003 03 61e962 0050, 01, name outside ASCII",
        "05010003 03 61406c 0050, 01, user in a name",
        "05010001 0a000001 0050, 02, private address",
        "05010001 a9fea9fe 0050, 02, metadata address",
        "05010004 00000000000000000000ffff0a000001 0050, 02, IPv4 in IPv6",
        "05010004 0064ff9b00000000000000000a000001 0050, 02, NAT64",
        "05010003 08 3130303030303030 0050, 02, address as one number",
        "05010001 7f000001 0019, 02, mail",
    })
    void hostileRequestsGetTheirReply(String request, String reply, String name) throws Exception {
        try (Raw client = new Raw(rig.front.address())) {
            send(client, GREETING + SECRET + request);
            assertThat(read(client, 4)).as(name).isEqualTo("05020100");
            assertThat(read(client, 10)).isEqualTo("05" + reply + "0001000000000000");
            assertThat(client.rest()).isEmpty();
        }
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource({
        "0401 0050 7f000001 00, 005b000000000000, SOCKS4",
        "050100, 05ff, no authentication offered",
        "0500, 05ff, no method offered",
        "050102 0204 61636d65 06 733363726574, 05020101, secret of another version",
        "050102 0100 06 733363726574, 05020101, no user",
        "050102 0104 61636d65 00, 05020101, no secret",
        "050102 0104 61630d65 06 733363726574, 05020101, control byte in the user",
    })
    void hostileGreetingsGetTheirAnswer(String bytes, String answer, String name) throws Exception {
        try (Raw client = new Raw(rig.front.address())) {
            send(client, bytes);
            assertThat(hex(client.rest())).as(name).isEqualTo(answer);
        }
    }
}
