package io.fairlead.nameserver.server;

import io.fairlead.nameserver.server.NameServerCounters.Dropped;
import io.fairlead.nameserver.sign.AnswerSigner;
import io.fairlead.nameserver.wire.Body;
import io.fairlead.nameserver.wire.Cookies;
import io.fairlead.nameserver.wire.Query;
import io.fairlead.nameserver.wire.Query.Reading;
import io.fairlead.nameserver.wire.Rcode;
import io.fairlead.nameserver.wire.RecordType;
import io.fairlead.nameserver.wire.Source;
import io.fairlead.nameserver.zone.Answer;
import io.fairlead.nameserver.zone.MappedName;
import io.fairlead.nameserver.zone.Zone;
import io.fairlead.nameserver.zone.Zones;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Turns packets into answers, or into silence. For one event loop: what a question needs is filled anew for each, and nothing is kept.
 *
 * <p>Silence is for what is no question (QR=1, less than a header) and for what is over the rate. Everything else gets an answer with a code, as RFC
 * 8906 wants it. No answer over UDP is longer than the asker takes, nor than {@link NameServerSettings#maxUdpBytes}.
 */
final class Responder {

    private static final int OPT_BYTES = 11;
    private static final int OPTION_HEAD = 4;
    private static final int OPTION_CLIENT_SUBNET = 8;
    private static final int OPTION_COOKIE = 10;
    private static final int OPTION_EXTENDED_ERROR = 15;
    private static final int EXPLANATION_BYTES_MAX = 512;
    private static final int CLASS_IN = 1;
    private static final int CLASS_ANY = 255;
    private static final int SMALLEST_LIMIT = 512;
    private static final int MESSAGE_BYTES_MAX = 65_535;
    private static final int ADDRESS_HEAD = 12;

    private static final Body FORMAT_ERROR = empty(Rcode.FORMERR);
    private static final Body NOT_IMPLEMENTED = empty(Rcode.NOTIMP);
    private static final Body BAD_VERSION = empty(Rcode.BADVERS);
    private static final Body REFUSED = empty(Rcode.REFUSED);
    private static final Body FAILED = empty(Rcode.SERVFAIL);

    /** Stands for an answer that is to be asked for again over TCP. */
    private static final Body CHALLENGE = empty(Rcode.NOERROR);

    private static final byte[] NO_EXPLANATION = {};

    private final NameServerSettings settings;
    private final NameServerCounters counters;
    private final Served served;
    private final Asked asked;
    private final Cookies cookies;
    private final RateLimit rate;
    private final InstantSource clock;
    private final AnswerSigner signer;
    private final Query query = new Query();
    private final Source source = new Source();

    /** What is being answered; fields, so that no object is made for each question. */
    private @Nullable Steered steered;

    private @Nullable MappedName mappedName;
    private int mappedOwner;
    private byte[] explanation = NO_EXPLANATION;

    Responder(
            NameServerSettings settings,
            NameServerCounters counters,
            Served served,
            Asked asked,
            Cookies cookies,
            RateLimit rate,
            InstantSource clock) {
        this.settings = settings;
        this.counters = counters;
        this.served = served;
        this.asked = asked;
        this.cookies = cookies;
        this.clock = clock;
        this.rate = rate;
        this.signer = new AnswerSigner(settings.signing(), counters.signing);
    }

    private static Body empty(Rcode rcode) {
        return new Body.Builder(new byte[1]).build(rcode, false);
    }

    /**
     * Answers a packet.
     *
     * @param packet stays as it is, and must stay until this has returned
     * @param out the answer is written to its end
     * @return whether there is one
     */
    boolean respond(ByteBuf packet, InetAddress from, boolean tcp, ByteBuf out) {
        (tcp ? counters.tcpQuestions : counters.udpQuestions).increment();
        Reading reading = query.read(packet);
        if (reading == Reading.DROP) {
            counters.count(Dropped.NO_QUESTION);
            return false;
        }
        source.set(from);
        if (!source.isHost()) {
            counters.count(Dropped.NO_SOURCE);
            return false;
        }
        long nowMs = clock.millis();
        boolean proven = tcp || provenByCookie(packet, nowMs);
        if (proven) {
            counters.proven.increment();
        }
        steered = null;
        mappedName = null;
        explanation = NO_EXPLANATION;
        Body body = body(reading, proven, tcp, nowMs);
        boolean challenge = body == CHALLENGE;
        if (!proven) {
            switch (rate.judge(source.network(), kind(body), nowMs)) {
                case SEND -> {}
                case TRUNCATE -> {
                    counters.slipped.increment();
                    challenge = true;
                }
                case DROP -> {
                    counters.count(Dropped.RATE);
                    return false;
                }
            }
        }
        boolean question = query.hasQuestion() && reading != Reading.FORMAT_ERROR && reading != Reading.NOT_IMPLEMENTED;
        int start = out.writerIndex();
        boolean complete = write(packet, out, body, question, challenge, limit(tcp), nowMs);
        if (complete && question && query.dnssecOk()) {
            sign(packet, out, start, body, tcp, nowMs);
        }
        counters.answered(body.rcode());
        return true;
    }

    /** An answer that can't be signed is none to who validates: over UDP he is to come again over TCP, where it fails. */
    private void sign(ByteBuf packet, ByteBuf out, int start, Body body, boolean tcp, long nowMs) {
        Zones zones = served.zones();
        Zone zone = body.rcode() == Rcode.NOERROR || body.rcode() == Rcode.NXDOMAIN ? zones.of(query) : null;
        if (zone == null || zone.keys().isEmpty()) {
            return;
        }
        boolean signed = signer.sign(query, zones, zone, out, start, nowMs / 1_000);
        if (!signed && tcp) {
            steered = null;
            out.writerIndex(start);
            write(packet, out, FAILED, true, false, limit(true), nowMs);
        } else if (!signed || out.writerIndex() - start > limit(tcp)) {
            counters.truncated.increment();
            out.writerIndex(start);
            write(packet, out, body, true, true, limit(tcp), nowMs);
        }
    }

    private boolean provenByCookie(ByteBuf packet, long nowMs) {
        return query.edns()
                && query.hasCookie()
                && cookies.proves(packet, query.cookieAt(), query.cookieLength(), source, nowMs / 1_000);
    }

    private Body body(Reading reading, boolean proven, boolean tcp, long nowMs) {
        return switch (reading) {
            case FORMAT_ERROR, DROP -> FORMAT_ERROR;
            case NOT_IMPLEMENTED -> NOT_IMPLEMENTED;
            case BAD_VERSION -> BAD_VERSION;
            case COOKIE_ONLY -> Body.EMPTY;
            case QUESTION -> question(proven, tcp, nowMs);
        };
    }

    private Body question(boolean proven, boolean tcp, long nowMs) {
        int type = query.type();
        boolean transfer = type == RecordType.AXFR || type == RecordType.IXFR;
        if (type == AnswerSigner.NXNAME) {
            return FORMAT_ERROR;
        }
        boolean known = query.recordClass() == CLASS_IN || query.recordClass() == CLASS_ANY;
        Answer answer = transfer || !known ? null : served.zones().find(query);
        if (answer == null) {
            return REFUSED;
        }
        MappedName mapped = answer.mapped();
        return mapped == null ? answer.body() : mapped(mapped, answer, proven, tcp, nowMs);
    }

    private Body mapped(MappedName name, Answer answer, boolean proven, boolean tcp, long nowMs) {
        boolean beacon = name.beacon();
        if ((beacon && !proven) || asked.asked(query, source, proven, tcp, nowMs)) {
            return CHALLENGE;
        }
        if (beacon) {
            return beacon(name, answer);
        }
        boolean bySubnet = query.subnetBits() > 0;
        boolean ipv6 = bySubnet ? query.subnetIpv6() : source.ipv6();
        long address = bySubnet ? query.subnetAddress() : source.high();
        int bits = bySubnet ? query.subnetBits() : ipv6 ? 64 : 32;
        Steered found = served.steering().steer(name, ipv6, address, bits);
        if (query.edns() && settings.explains(source)) {
            explanation = cut(served.steering().explain(name, ipv6, address, bits));
        }
        return steered(name, answer, found);
    }

    /** Its name alone decides: each is drawn anew, so that clients of each resolver come to all groups. */
    private Body beacon(MappedName name, Answer answer) {
        if (query.type() != RecordType.HTTPS) {
            asked.beacon(query, source);
        }
        return steered(name, answer, served.steering().anywhere(name, query.suffixHash(0)));
    }

    private Body steered(MappedName name, Answer answer, @Nullable Steered found) {
        if (found == null) {
            counters.unsteered.increment();
            return FAILED;
        }
        counters.mapped.increment();
        if (told(found.addresses()) == 0) {
            return answer.without();
        }
        steered = found;
        mappedName = name;
        mappedOwner = answer.mappedOwnerAt();
        return answer.body();
    }

    /** Bytes of addresses of the type that is asked for; HTTPS is always there. */
    private int told(GroupAddresses addresses) {
        return switch (query.type()) {
            case RecordType.A -> addresses.ipv4().length;
            case RecordType.AAAA -> addresses.ipv6().length;
            default -> 1;
        };
    }

    private static byte[] cut(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return bytes.length <= EXPLANATION_BYTES_MAX ? bytes : Arrays.copyOf(bytes, EXPLANATION_BYTES_MAX);
    }

    /** What counts as the same answer: errors are all one. A client's subnet makes no other answer of it: who floods can write any. */
    private long kind(Body body) {
        if (body.rcode() != Rcode.NOERROR || !query.hasQuestion()) {
            return body.rcode().code();
        }
        return (long) query.suffixHash(0) << 16 ^ query.type();
    }

    private int limit(boolean tcp) {
        if (tcp) {
            return MESSAGE_BYTES_MAX;
        }
        return query.edns()
                ? Math.max(SMALLEST_LIMIT, Math.min(query.ednsSize(), settings.maxUdpBytes()))
                : SMALLEST_LIMIT;
    }

    // ---- the answer as bytes

    /** @return whether all of it is there */
    private boolean write(
            ByteBuf packet, ByteBuf out, Body body, boolean question, boolean truncate, int limit, long nowMs) {
        int start = out.writerIndex();
        int questionBytes = question ? query.questionBytes() : 0;
        int mappedBytes = mappedBytes();
        int optBytes = query.edns() ? optBytes() : 0;
        boolean cut = truncate || Query.HEADER_BYTES + questionBytes + body.length() + mappedBytes + optBytes > limit;
        if (cut && !truncate) {
            counters.truncated.increment();
        }
        int flags = 0x8000
                | (query.flags() & 0x7900)
                | (cut ? 0x0200 : 0)
                | (body.rcode().code() & 0xF);
        out.writeShort(query.id());
        out.writeShort(body.authoritative() && !cut ? flags | 0x0400 : flags);
        out.writeShort(question ? 1 : 0);
        out.writeShort(cut ? 0 : body.answers() + mappedRecords());
        out.writeShort(cut ? 0 : body.authorities());
        out.writeShort((cut ? 0 : body.additionals()) + (query.edns() ? 1 : 0));
        out.writeBytes(packet, query.start() + Query.HEADER_BYTES, questionBytes);
        if (!cut) {
            body.write(out, query.nameBytes());
            writeMapped(out);
        }
        if (query.edns()) {
            writeOpt(packet, out, body.rcode(), nowMs);
        }
        if (out.writerIndex() - start > limit && !cut) {
            throw new IllegalStateException("an answer of " + (out.writerIndex() - start) + " bytes is over " + limit);
        }
        return !cut;
    }

    // ---- records from the map

    private int mappedRecords() {
        Steered found = steered;
        if (found == null) {
            return 0;
        }
        return switch (query.type()) {
            case RecordType.A -> found.addresses().ipv4().length / 4;
            case RecordType.AAAA -> found.addresses().ipv6().length / 16;
            default -> 1;
        };
    }

    private int mappedBytes() {
        Steered found = steered;
        MappedName name = mappedName;
        if (found == null || name == null) {
            return 0;
        }
        GroupAddresses addresses = found.addresses();
        return switch (query.type()) {
            case RecordType.A -> addresses.ipv4().length / 4 * (ADDRESS_HEAD + 4);
            case RecordType.AAAA -> addresses.ipv6().length / 16 * (ADDRESS_HEAD + 16);
            default -> ADDRESS_HEAD + serviceBytes(name, addresses);
        };
    }

    private static int serviceBytes(MappedName name, GroupAddresses addresses) {
        return 3
                + name.serviceHead().length
                + hintBytes(addresses.ipv4())
                + name.serviceMiddle().length
                + hintBytes(addresses.ipv6())
                + name.serviceTail().length;
    }

    private static int hintBytes(byte[] addresses) {
        return addresses.length == 0 ? 0 : OPTION_HEAD + addresses.length;
    }

    private void writeMapped(ByteBuf out) {
        Steered found = steered;
        MappedName name = mappedName;
        if (found == null || name == null) {
            return;
        }
        GroupAddresses addresses = found.addresses();
        switch (query.type()) {
            case RecordType.A -> addresses(out, name, addresses.ipv4(), 4);
            case RecordType.AAAA -> addresses(out, name, addresses.ipv6(), 16);
            default -> service(out, name, addresses);
        }
    }

    private void head(ByteBuf out, MappedName name, int dataBytes) {
        out.writeShort(Body.pointer(mappedOwner, query.nameBytes()));
        out.writeShort(query.type());
        out.writeShort(CLASS_IN);
        out.writeInt(name.ttlS());
        out.writeShort(dataBytes);
    }

    private void addresses(ByteBuf out, MappedName name, byte[] all, int length) {
        for (int at = 0; at < all.length; at += length) {
            head(out, name, length);
            out.writeBytes(all, at, length);
        }
    }

    /** RFC 9460: priority 1, the owner itself as target, parameters in the order of their numbers. */
    private void service(ByteBuf out, MappedName name, GroupAddresses addresses) {
        head(out, name, serviceBytes(name, addresses));
        out.writeShort(1);
        out.writeByte(0);
        out.writeBytes(name.serviceHead());
        hints(out, 4, addresses.ipv4());
        out.writeBytes(name.serviceMiddle());
        hints(out, 6, addresses.ipv6());
        out.writeBytes(name.serviceTail());
    }

    private static void hints(ByteBuf out, int key, byte[] addresses) {
        if (addresses.length > 0) {
            out.writeShort(key);
            out.writeShort(addresses.length);
            out.writeBytes(addresses);
        }
    }

    // ---- OPT

    private int optBytes() {
        return OPT_BYTES
                + (query.hasSubnet() ? OPTION_HEAD + query.subnetLength() : 0)
                + (query.hasCookie() ? OPTION_HEAD + Cookies.BYTES : 0)
                + (explanation.length == 0 ? 0 : OPTION_HEAD + 2 + explanation.length);
    }

    private void writeOpt(ByteBuf packet, ByteBuf out, Rcode rcode, long nowMs) {
        boolean understood = rcode != Rcode.BADVERS;
        out.writeByte(0);
        out.writeShort(RecordType.OPT);
        out.writeShort(settings.maxUdpBytes());
        out.writeByte(rcode.code() >>> 4);
        out.writeByte(0); // the version that is known
        out.writeShort(query.dnssecOk() ? 0x8000 : 0);
        out.writeShort(understood ? optBytes() - OPT_BYTES : 0);
        if (!understood) {
            return;
        }
        if (query.hasSubnet()) {
            writeSubnet(packet, out);
        }
        if (query.hasCookie()) {
            out.writeShort(OPTION_COOKIE);
            out.writeShort(Cookies.BYTES);
            cookies.write(out, packet, query.cookieAt(), source, nowMs / 1_000);
        }
        if (explanation.length > 0) {
            out.writeShort(OPTION_EXTENDED_ERROR);
            out.writeShort(2 + explanation.length);
            out.writeShort(0); // "Other" (RFC 8914 §4.1)
            out.writeBytes(explanation);
        }
    }

    /** RFC 7871 §7.2.1: as it was asked, with the scope that the answer holds for; what is no map's holds for all. */
    private void writeSubnet(ByteBuf packet, ByteBuf out) {
        Steered found = steered;
        out.writeShort(OPTION_CLIENT_SUBNET);
        out.writeShort(query.subnetLength());
        int at = out.writerIndex();
        out.writeBytes(packet, query.subnetAt(), query.subnetLength());
        out.setByte(at + 3, found == null || query.subnetBits() == 0 ? 0 : found.scopeBits());
    }
}
