package io.fairlead.nameserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.nameserver.zone.Zone;
import io.fairlead.nameserver.zone.Zones;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.CookieOption;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/**
 * Whatever comes, an answer that another implementation can read, or silence, and never an exception. Each case sends 100 packets: rubbish, questions
 * with some bytes changed, cut or added, and good ones; 10⁵ in a run.
 */
class AnyPacketProperties {

    private static final int PACKETS = 100;
    private static final String[] NAMES = {
        "fairlead.example.",
        "www.fairlead.example.",
        "big.fairlead.example.",
        "alias.fairlead.example.",
        "a.b.wild.fairlead.example.",
        "x.sub.fairlead.example.",
        "nowhere.fairlead.example.",
        "other.example.",
        "."
    };
    private static final int[] TYPES = {
        1, 2, 5, 6, 15, 16, 28, 33, 43, 64, 65, 41, 249, 250, 251, 252, 255, 257, 0, 65_535
    };

    /** Option 8, four bytes: family 0, no bits asked about, none answered for. */
    private static final byte[] EMPTY_SUBNET = {0, 8, 0, 4, 0, 0, 0, 0};

    private static Responder responder;
    private static NameServerCounters counters;
    private final InetAddress from = InetAddress.getLoopbackAddress();

    @BeforeContainer
    static void start() {
        counters = new NameServerCounters();
        NameServerSettings settings = NameServerSettings.DEFAULTS.withRate(0, 0);
        Zone zone = Zone.parse(NameServerStage.ZONE, null).zone();
        responder = new Responder(
                settings,
                counters,
                new Served(new Zones(List.of(zone)), Steering.NONE),
                Asked.NOBODY,
                settings.cookies(new Random(1)),
                new RateLimit(0, 0, 1),
                () -> java.time.Instant.ofEpochSecond(1_800_000_000));
    }

    @Property(tries = 1_000)
    void getsAnAnswerThatCanBeReadOrSilence(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        for (int i = 0; i < PACKETS; i++) {
            byte[] packet = packet(random);
            boolean tcp = random.nextInt(8) == 0;
            ByteBuf out = Unpooled.buffer();
            boolean answered = responder.respond(Unpooled.wrappedBuffer(packet), from, tcp, out);
            boolean mustBeSilent = packet.length < 12 || (packet[2] & 0x80) != 0;
            assertThat(answered).isEqualTo(!mustBeSilent);
            if (answered) {
                check(packet, out, tcp);
            }
        }
    }

    /** A good question, with an address on it that no host has: an answer would go to many, or to this machine. */
    @Example
    void whoIsNoHostGetsSilence() throws IOException {
        byte[] good = Message.newQuery(Record.newRecord(Name.fromString("www.fairlead.example."), 1, 1))
                .toWire();
        long before = counters.dropped(NameServerCounters.Dropped.NO_SOURCE);
        for (String nobody : List.of("0.0.0.0", "224.0.0.1", "255.255.255.255", "::", "ff02::1")) {
            ByteBuf out = Unpooled.buffer();
            assertThat(responder.respond(Unpooled.wrappedBuffer(good), InetAddress.getByName(nobody), false, out))
                    .as(nobody)
                    .isFalse();
            assertThat(out.readableBytes()).isZero();
        }
        assertThat(counters.dropped(NameServerCounters.Dropped.NO_SOURCE) - before)
                .isEqualTo(5);
        assertThat(responder.respond(Unpooled.wrappedBuffer(good), from, false, Unpooled.buffer()))
                .isTrue();
    }

    private static void check(byte[] packet, ByteBuf out, boolean tcp) throws IOException {
        byte[] answer = new byte[out.readableBytes()];
        out.readBytes(answer);
        assertThat(answer[0]).isEqualTo(packet[0]);
        assertThat(answer[1]).isEqualTo(packet[1]);
        assertThat(answer[2] & 0x80).isEqualTo(0x80);
        Message read = new Message(forDnsjava(answer));
        assertThat(read.getHeader().getOpcode()).isEqualTo(packet[2] >> 3 & 0xF);
        if (!tcp) {
            OPTRecord opt = read.getOPT();
            assertThat(answer.length).isLessThanOrEqualTo(opt == null ? 512 : 1_232);
        }
        if (read.getRcode() == 1 || read.getRcode() == 4) {
            assertThat(answer.length)
                    .as("errors of form are no longer than what they answer")
                    .isLessThanOrEqualTo(packet.length + 60);
        }
    }

    /** With an empty client subnet of no family told as one of IPv4: questions may have it, it is echoed, and dnsjava refuses to read it. */
    private static byte[] forDnsjava(byte[] answer) {
        byte[] readable = answer.clone();
        for (int at = 12; at + EMPTY_SUBNET.length <= readable.length; at++) {
            if (Arrays.equals(readable, at, at + EMPTY_SUBNET.length, EMPTY_SUBNET, 0, EMPTY_SUBNET.length)) {
                readable[at + 5] = 1;
            }
        }
        return readable;
    }

    private static byte[] packet(Random random) throws IOException {
        if (random.nextInt(10) == 0) {
            byte[] rubbish = new byte[random.nextInt(80)];
            random.nextBytes(rubbish);
            return rubbish;
        }
        byte[] packet = question(random);
        int changes = random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(packet.length);
            switch (random.nextInt(4)) {
                case 0 -> packet[at] = (byte) random.nextInt();
                case 1 -> packet[at] ^= (byte) (1 << random.nextInt(8));
                case 2 ->
                    packet = Arrays.copyOf(
                            packet, packet.length + random.nextInt(9) - 4 > 0 ? packet.length + random.nextInt(5) : 1);
                default -> packet = Arrays.copyOf(packet, Math.max(1, at));
            }
        }
        return packet;
    }

    private static byte[] question(Random random) throws IOException {
        Message message = Message.newQuery(Record.newRecord(
                Name.fromString(NAMES[random.nextInt(NAMES.length)]), TYPES[random.nextInt(TYPES.length)], 1));
        if (random.nextInt(3) > 0) {
            List<EDNSOption> options = new java.util.ArrayList<>();
            if (random.nextBoolean()) {
                options.add(new ClientSubnetOption(random.nextInt(33), InetAddress.getByName("0.0.0.0")));
            }
            if (random.nextBoolean()) {
                options.add(new CookieOption(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}));
            }
            message.addRecord(
                    new OPTRecord(random.nextInt(5_000), 0, random.nextInt(10) == 0 ? 1 : 0, 0x8000, options),
                    Section.ADDITIONAL);
        }
        return message.toWire();
    }
}
