package io.fairlead.nameserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.model.map.AddressPrefix;
import io.fairlead.nameserver.wire.Query;
import io.fairlead.nameserver.wire.Query.Reading;
import io.fairlead.nameserver.zone.MappedName;
import io.fairlead.nameserver.zone.Zone;
import io.fairlead.nameserver.zone.Zones;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryEncoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsOptCookieRecord;
import io.netty.handler.codec.dns.DefaultDnsOptEcsRecord;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsOpCode;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsSection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/**
 * Netty's codec-dns and dnsjava as oracles: what either writes as a question is read here as it was meant, and what is answered here both read alike, record by record. (Netty's knows the parts of few
 * types: names within the data of others are taken from the packet by its own reader of names.)
 */
class OtherCodecsProperties {

    private static final int CASES = 50;
    private static final InetSocketAddress HERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 53);
    private static final HexFormat HEX = HexFormat.of();
    private static final List<DnsSection> SECTIONS = List.of(DnsSection.values());

    private static final String ZONE = NameServerStage.ZONE + """
            $MAPPED live 20 alpn=h2 port=443
            $BEACON *.beacon 10
            watch CNAME live
            """;

    private static final String[] NAMES = {
        "",
        "www",
        "big",
        "alias",
        "far",
        "lost",
        "loop",
        "a.deep.tree",
        "deep.tree",
        "_sip._tcp",
        "a.wild",
        "b.c.wild",
        "host.wild",
        "x.walias",
        "sub",
        "x.sub",
        "ns.sub",
        "mail",
        "nowhere",
        "no.where",
        "live",
        "watch",
        "x.beacon"
    };
    private static final int[] TYPES = {1, 2, 5, 6, 15, 16, 28, 33, 64, 65, 255, 257, 99};

    private static Responder responder;

    private static final class Fixed implements Steering {

        private static final Steered THERE = new Steered(
                new GroupAddresses(
                        "near",
                        List.of(
                                AddressPrefix.address("192.0.2.1"),
                                AddressPrefix.address("2001:db8::1"),
                                AddressPrefix.address("192.0.2.2"))),
                20);

        @Override
        public @Nullable Steered steer(MappedName name, boolean ipv6, long address, int bits) {
            return THERE;
        }

        @Override
        public String explain(MappedName name, boolean ipv6, long address, int bits) {
            return "";
        }
    }

    @BeforeContainer
    static void start() {
        NameServerSettings settings = NameServerSettings.DEFAULTS.withRate(0, 0);
        responder = new Responder(
                settings,
                new NameServerCounters(),
                new Served(new Zones(List.of(Zone.parse(ZONE, null).zone())), new Fixed()),
                Asked.NOBODY,
                settings.cookies(new Random(1)),
                new RateLimit(0, 0, 1),
                () -> Instant.ofEpochSecond(1_800_000_000));
    }

    // ---- questions

    /**
     * What a question says.
     *
     * @param ednsSize 0: it has no EDNS
     */
    private record Meant(
            int id,
            boolean recursion,
            String name,
            int type,
            int recordClass,
            int ednsSize,
            int subnetBits,
            boolean subnetIpv6,
            long subnet,
            boolean cookie) {

        /** As it is looked up. */
        Meant inLowerCase() {
            return new Meant(
                    id,
                    recursion,
                    name.toLowerCase(Locale.ROOT),
                    type,
                    recordClass,
                    ednsSize,
                    subnetBits,
                    subnetIpv6,
                    subnet,
                    cookie);
        }
    }

    @Property(tries = 100)
    void whatCodecDnsAsksIsReadAsItWasMeant(@ForAll long seed) {
        Random random = new Random(seed);
        Query query = new Query();
        for (int i = 0; i < CASES; i++) {
            Meant meant = meant(random);
            ByteBuf packet = byCodecDns(meant);
            assertThat(query.read(packet)).isEqualTo(Reading.QUESTION);
            assertThat(read(query)).isEqualTo(meant.inLowerCase());
            packet.release();
        }
    }

    private static Meant meant(Random random) {
        boolean edns = random.nextInt(4) > 0;
        boolean cookie = edns && random.nextInt(3) == 0;
        boolean ipv6 = edns && !cookie && random.nextBoolean();
        int bits = !edns || cookie ? 0 : random.nextInt(ipv6 ? 65 : 33);
        return new Meant(
                random.nextInt(0x1_0000),
                random.nextBoolean(),
                name(random),
                random.nextInt(8) == 0
                        ? random.nextInt(0x1_0000 - 256) + 256 // not OPT, of which a question can't be
                        : TYPES[random.nextInt(TYPES.length)],
                random.nextInt(8) == 0 ? DClass.CH : DClass.IN,
                edns ? 1 + random.nextInt(0xFFFF) : 0,
                bits,
                ipv6,
                bits == 0 ? 0 : random.nextLong() & (-1L << (Long.SIZE - bits)),
                cookie);
    }

    /** Labels of one to 63 letters, digits and marks, at most 255 bytes in all, in any case. */
    private static String name(Random random) {
        String letters = "abcxyzABCXYZ0189-_*+/";
        StringBuilder name = new StringBuilder();
        for (int label = random.nextInt(6); label > 0; label--) {
            int length = 1 + random.nextInt(random.nextInt(4) == 0 ? 63 : 12);
            if (name.length() + length + 2 > 254) {
                break;
            }
            for (int i = 0; i < length; i++) {
                name.append(letters.charAt(random.nextInt(letters.length())));
            }
            name.append('.');
        }
        return name.isEmpty() ? "." : name.toString();
    }

    private static Meant read(Query query) {
        StringBuilder name = new StringBuilder();
        for (int label = 0; label < query.labels(); label++) {
            int at = query.labelAt(label);
            name.append(new String(query.name(), at + 1, query.name()[at], StandardCharsets.US_ASCII))
                    .append('.');
        }
        return new Meant(
                query.id(),
                (query.flags() & 0x0100) != 0,
                name.isEmpty() ? "." : name.toString(),
                query.type(),
                query.recordClass(),
                query.edns() ? query.ednsSize() : 0,
                query.subnetBits(),
                query.hasSubnet() && query.subnetIpv6(),
                query.subnetBits() == 0 ? 0 : query.subnetAddress(),
                query.hasCookie());
    }

    private static ByteBuf byCodecDns(Meant meant) {
        DatagramDnsQuery asked = new DatagramDnsQuery(null, HERE, meant.id, DnsOpCode.QUERY);
        asked.setRecursionDesired(meant.recursion);
        asked.setRecord(
                DnsSection.QUESTION,
                new DefaultDnsQuestion(meant.name, DnsRecordType.valueOf(meant.type), meant.recordClass));
        if (meant.cookie) {
            asked.addRecord(
                    DnsSection.ADDITIONAL,
                    new DefaultDnsOptCookieRecord(meant.ednsSize, new byte[] {1, 2, 3, 4, 5, 6, 7, 8}));
        } else if (meant.ednsSize > 0) {
            asked.addRecord(
                    DnsSection.ADDITIONAL,
                    new DefaultDnsOptEcsRecord(meant.ednsSize, meant.subnetBits, address(meant)));
        }
        EmbeddedChannel writer = new EmbeddedChannel(new DatagramDnsQueryEncoder());
        writer.writeOutbound(asked);
        DatagramPacket packet = writer.readOutbound();
        writer.finishAndReleaseAll();
        return packet.content();
    }

    private static byte[] address(Meant meant) {
        byte[] address = new byte[meant.subnetIpv6 ? 16 : 4];
        for (int i = 0; i < Math.min(8, address.length); i++) {
            address[i] = (byte) (meant.subnet >>> (56 - 8 * i));
        }
        return address;
    }

    /** Else two name servers that take each other for askers would talk for ever. */
    @Property(tries = 20)
    void whatCodecDnsAnswersIsMetWithSilence(@ForAll long seed) {
        Random random = new Random(seed);
        Meant meant = meant(random);
        DatagramDnsResponse answer = new DatagramDnsResponse(null, HERE, meant.id);
        DnsQuestion question = new DefaultDnsQuestion(meant.name, DnsRecordType.valueOf(meant.type));
        answer.setRecord(DnsSection.QUESTION, question);
        EmbeddedChannel writer = new EmbeddedChannel(new DatagramDnsResponseEncoder());
        writer.writeOutbound(answer);
        DatagramPacket packet = writer.readOutbound();
        assertThat(new Query().read(packet.content())).isEqualTo(Reading.DROP);
        packet.release();
        writer.finishAndReleaseAll();
    }

    // ---- answers

    @Property(tries = 100)
    void whatIsAnsweredIsReadAlikeByBoth(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        for (int i = 0; i < CASES; i++) {
            ByteBuf question = byCodecDns(known(random));
            ByteBuf out = Unpooled.buffer();
            assertThat(responder.respond(question, HERE.getAddress(), random.nextInt(4) == 0, out))
                    .isTrue();
            question.release();
            byte[] answer = ByteBufUtil.getBytes(out);
            assertThat(byCodecDns(answer)).isEqualTo(byDnsjava(answer));
        }
    }

    /** A question that most often has an answer in the zone. */
    private static Meant known(Random random) {
        Meant any = meant(random);
        String name = NAMES[random.nextInt(NAMES.length)];
        String mixed = random.nextBoolean() ? name : name.toUpperCase(Locale.ROOT);
        return new Meant(
                any.id,
                any.recursion,
                (mixed.isEmpty() ? "" : mixed + ".") + "fairlead.example.",
                TYPES[random.nextInt(TYPES.length)],
                any.recordClass,
                any.ednsSize,
                any.subnetBits,
                any.subnetIpv6,
                any.subnet,
                any.cookie);
    }

    private static List<String> byDnsjava(byte[] answer) throws Exception {
        Message message = new Message(answer);
        Header head = message.getHeader();
        List<String> all = new ArrayList<>(List.of(head.getID() + " " + (message.getRcode() & 0xF) + " "
                + head.getFlag(Flags.AA) + head.getFlag(Flags.TC) + head.getFlag(Flags.RD) + head.getFlag(Flags.RA)));
        for (int section = Section.QUESTION; section <= Section.ADDITIONAL; section++) {
            for (Record each : message.getSection(section)) {
                String data = section == Section.QUESTION ? "" : HEX.formatHex(each.rdataToWireCanonical());
                all.add(SECTIONS.get(section) + " " + text(each.getName()) + " " + each.getType() + " "
                        + each.getDClass() + " " + each.getTTL() + " " + data);
            }
        }
        return all;
    }

    private static String text(Name name) {
        return name.toString().replace("\\", "").toLowerCase(Locale.ROOT);
    }

    private static List<String> byCodecDns(byte[] answer) throws Exception {
        EmbeddedChannel reader = new EmbeddedChannel(new DatagramDnsResponseDecoder());
        reader.writeInbound(new DatagramPacket(Unpooled.wrappedBuffer(answer), HERE, HERE));
        DnsResponse read = reader.readInbound();
        List<String> all = new ArrayList<>(List.of(read.id() + " " + read.code().intValue() + " "
                + read.isAuthoritativeAnswer()
                + read.isTruncated()
                + read.isRecursionDesired()
                + read.isRecursionAvailable()));
        for (DnsSection section : DnsSection.values()) {
            for (int i = 0; i < read.count(section); i++) {
                DnsRecord each = read.recordAt(section, i);
                String data = each instanceof DnsRawRecord raw ? HEX.formatHex(data(raw)) : "";
                all.add(section + " " + each.name().toLowerCase(Locale.ROOT) + " "
                        + each.type().intValue() + " " + each.dnsClass() + " " + each.timeToLive() + " " + data);
            }
        }
        read.release();
        reader.finishAndReleaseAll();
        return all;
    }

    /** In canonical form (RFC 4034 §6.2): names whole, and in lower case. */
    private static byte[] data(DnsRawRecord raw) {
        ByteBuf in = raw.content().duplicate();
        ByteBuf out = Unpooled.buffer();
        int type = raw.type().intValue();
        if (type == 15 || type == 33) {
            out.writeBytes(in, type == 15 ? 2 : 6);
        }
        if (type == 2 || type == 5 || type == 6 || type == 15 || type == 33) {
            name(in, out);
        }
        if (type == 6) {
            name(in, out);
        }
        return ByteBufUtil.getBytes(out.writeBytes(in));
    }

    private static void name(ByteBuf in, ByteBuf out) {
        String name = DefaultDnsRecordDecoder.decodeName(in).toLowerCase(Locale.ROOT);
        Arrays.stream(name.split("\\."))
                .filter(label -> !label.isEmpty())
                .forEach(label -> out.writeByte(label.length()).writeBytes(label.getBytes(StandardCharsets.US_ASCII)));
        out.writeByte(0);
    }
}
