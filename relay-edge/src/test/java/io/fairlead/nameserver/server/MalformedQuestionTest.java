package io.fairlead.nameserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.net.Socket;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Packets that are no questions, each with one thing wrong: told so by their id, over UDP and TCP, in no more bytes than they had and an OPT; and the next question is answered. */
class MalformedQuestionTest {

    private static final int FORMERR = 1;
    private static final int OPT_BYTES = 11;
    private static final HexFormat HEX = HexFormat.of();

    /** www.fairlead.example, A, IN. */
    private static final String QUESTION = "037777770866616972" + "6c656164" + "076578616d706c6500" + "00010001";

    /** Root, OPT, 1 232 bytes, no flags. */
    private static final String OPT = "00" + "0029" + "04d0" + "00000000";

    private static NameServerStage stage;

    @BeforeAll
    static void start() throws Exception {
        stage = NameServerStage.start();
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    /** @param counts of questions, answers, authorities, additionals; four hexadecimal digits each */
    private static String packet(String counts, String body) {
        return "a5c3" + "0000" + counts + body;
    }

    private static String withOption(String code, String data) {
        String option = code + HEX.toHexDigits((short) (data.length() / 2)) + data;
        return packet("0001000000000001", QUESTION + OPT + HEX.toHexDigits((short) (option.length() / 2)) + option);
    }

    private static Arguments of(String what, String packet) {
        return Arguments.of(what, packet);
    }

    static Stream<Arguments> malformed() {
        String a60 = "3c" + "61".repeat(60);
        return Stream.of(
                of("no question at all", packet("0000000000000000", "")),
                of("two questions", packet("0002000000000000", QUESTION + QUESTION)),
                of("65 535 questions, one there", packet("ffff000000000000", QUESTION)),
                of("a name that points at itself", packet("0001000000000000", "c00c" + "00010001")),
                of("a name that points at its own pointer", packet("0001000000000000", "0161c00e" + "00010001")),
                of("a name that points behind the packet", packet("0001000000000000", "c0ff" + "00010001")),
                of("a label of a kind that is not there", packet("0001000000000000", "41" + "61" + "00" + "00010001")),
                of("a label longer than the packet", packet("0001000000000000", "3f6161")),
                of("a name without end", packet("0001000000000000", "0161")),
                of("a name of more than 255 bytes", packet("0001000000000000", a60.repeat(5) + "00" + "00010001")),
                of(
                        "a question without class",
                        packet("0001000000000000", QUESTION.substring(0, QUESTION.length() - 4))),
                of("bytes behind the question", packet("0001000000000000", QUESTION + "00")),
                of("records that are not there", packet("0001000100010001", QUESTION)),
                of(
                        "a record whose data are longer than the packet",
                        packet("0001000000000001", QUESTION + "00" + "0001" + "0001" + "00000000" + "ffff")),
                of("OPT twice", packet("0001000000000002", QUESTION + OPT + "0000" + OPT + "0000")),
                of("OPT among the answers", packet("0001000100000000", QUESTION + OPT + "0000")),
                of("OPT of a name", packet("0001000000000001", QUESTION + "0161" + OPT + "0000")),
                of("OPT shorter than its option", packet("0001000000000001", QUESTION + OPT + "0003" + "000a00")),
                of("an option longer than OPT", packet("0001000000000001", QUESTION + OPT + "0004" + "000a0008")),
                of("a subnet without its head", withOption("0008", "000118")),
                of("a subnet with too few bytes", withOption("0008", "00011800" + "c633")),
                of("a subnet with too many bytes", withOption("0008", "00011800" + "c6336400")),
                of("a subnet with bits beyond its length", withOption("0008", "00011400" + "c6337f")),
                of("a subnet of 33 bits of IPv4", withOption("0008", "00012100" + "c633640101")),
                of("a subnet of 129 bits of IPv6", withOption("0008", "00028100" + "20".repeat(17))),
                of("a subnet of a family that is not there", withOption("0008", "00031800" + "c63364")),
                of("a question for a scope", withOption("0008", "00011818" + "c63364")),
                of(
                        "two subnets",
                        packet("0001000000000001", QUESTION + OPT + "0016" + "0008000700011800c63364".repeat(2))),
                of("a cookie of seven bytes", withOption("000a", "01020304050607")),
                of("a cookie with seven bytes of a server", withOption("000a", "01".repeat(15))),
                of("a cookie with 33 bytes of a server", withOption("000a", "01".repeat(41))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void isToldAndNothingElseHappens(String what, String hexadecimal) throws Exception {
        byte[] packet = HEX.parseHex(hexadecimal);
        check(packet, stage.ask(packet, 5_000));
        try (Socket socket = stage.connect()) {
            NameServerStage.send(socket, packet);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = new byte[in.readUnsignedShort()];
            in.readFully(answer);
            check(packet, answer);
        }
        byte[] good = stage.ask(HEX.parseHex(packet("0001000000000000", QUESTION)), 5_000);
        assertThat(good).isNotNull();
        assertThat(good[3] & 0xF).isZero();
        assertThat(good[7]).as("both addresses").isEqualTo((byte) 2);
    }

    private static void check(byte[] packet, byte[] answer) {
        assertThat(answer).isNotNull();
        assertThat(answer[0]).isEqualTo(packet[0]);
        assertThat(answer[1]).isEqualTo(packet[1]);
        assertThat(answer[2] & 0x80).isEqualTo(0x80);
        assertThat(answer[3] & 0xF).isEqualTo(FORMERR);
        assertThat(answer.length).isLessThanOrEqualTo(packet.length + OPT_BYTES);
    }

    /** They say nothing that can be answered. */
    @Test
    void whatHasNoHeadAndWhatIsAnAnswerIsMetWithSilence() throws Exception {
        for (String silent :
                new String[] {"", "a5", "a5c30000000100000000", "a5c38000" + "0001000000000000" + QUESTION}) {
            assertThat(stage.ask(HEX.parseHex(silent), 200)).as(silent).isNull();
        }

        assertThat(stage.ask(HEX.parseHex(packet("0001000000000000", QUESTION)), 5_000))
                .as("the next one")
                .isNotNull();
    }
}
