package io.fairlead.nameserver.sign;

import io.fairlead.nameserver.wire.Names;
import io.fairlead.nameserver.wire.Query;
import io.fairlead.nameserver.wire.RecordType;
import io.fairlead.nameserver.zone.Zone;
import io.fairlead.nameserver.zone.ZoneKey;
import io.fairlead.nameserver.zone.Zones;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Signs answers of signed zones when they are given. What is not there is denied by one NSEC record at the very name (RFC 9824): it says that the name is there, and which types it has; of a name that is not, the type NXNAME alone,
 * and the answer's code becomes NOERROR. A name below a wildcard is signed as if it stood in the zone. For one event loop.
 */
public final class AnswerSigner {

    /** NXNAME, of a name that is not there; nobody may ask for it (RFC 9824 §3.5). */
    public static final int NXNAME = 128;

    private static final int FLAG_AUTHORITATIVE = 0x04;

    private final Signatures signatures;
    private final SigningCounters counters;

    public AnswerSigner(SigningSettings settings, SigningCounters counters) {
        this.signatures = new Signatures(settings, counters);
        this.counters = counters;
    }

    /**
     * Replaces an answer by the same with signatures.
     *
     * @param out holds the answer from {@code start} to its end
     * @return false: too many new signatures are wanted now; the answer is as it was
     */
    public boolean sign(Query query, Zones zones, Zone zone, ByteBuf out, int start, long nowS) {
        Message message = Message.read(out, start, query.questionBytes());
        boolean authoritative = (out.getByte(start + 2) & FLAG_AUTHORITATIVE) != 0;
        complete(message, query, zones, zone, authoritative);
        for (int section = 0; section < 2; section++) {
            List<Message.Item> signed =
                    signed(message.sections.get(section), zone, section == 0 || authoritative, nowS);
            if (signed == null) {
                counters.refused.increment();
                return false;
            }
            message.sections.set(section, signed);
        }
        out.writerIndex(start);
        message.write(out);
        return true;
    }

    /** Adds what a validator needs beside: the denial, or what is known of a child zone's keys. */
    private static void complete(Message message, Query query, Zones zones, Zone zone, boolean authoritative) {
        List<Message.Item> authority = message.sections.get(1);
        if (authority.isEmpty()) {
            return;
        }
        Message.Item first = authority.get(0);
        if (first.type == RecordType.SOA && authoritative) {
            byte[] end = message.question();
            for (Message.Item each : message.sections.get(0)) {
                if (each.type == RecordType.CNAME) {
                    end = each.data;
                }
            }
            Message.Item denial =
                    denial(Names.lower(end), zones.types(Names.lower(end), query.type()), query.type(), first.ttlS);
            if (query.type() == RecordType.NSEC && message.sections.get(0).isEmpty()) {
                authority.clear();
                message.sections.get(0).add(denial);
            } else {
                authority.add(denial);
            }
            message.withoutError();
        } else if (first.type == RecordType.NS && !authoritative) {
            byte[] cut = Names.lower(first.owner);
            List<byte[]> signers = zones.signers(cut);
            signers.forEach(data -> authority.add(new Message.Item(cut, RecordType.DS, first.ttlS, data)));
            if (signers.isEmpty()) {
                authority.add(denial(cut, new int[] {RecordType.NS}, 0, zone.negativeTtlS()));
            }
        }
    }

    /**
     * The NSEC record of a name.
     *
     * @param types that are there; null: the name is not
     * @param without type that was asked for, and is not there
     */
    private static Message.Item denial(byte[] name, int @Nullable [] types, int without, long ttlS) {
        NavigableSet<Integer> there = new TreeSet<>(List.of(RecordType.RRSIG, RecordType.NSEC));
        if (types == null) {
            there.add(NXNAME);
        } else {
            Arrays.stream(types).filter(type -> type != without).forEach(there::add);
        }
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(next(name));
        bitmap(data, there);
        return new Message.Item(name, RecordType.NSEC, ttlS, data.toByteArray());
    }

    /** The next name there could be: a label of one zero byte before it, or, when that is too long, the last byte of its first label one higher (RFC 4471). */
    private static byte[] next(byte[] name) {
        if (name.length + 2 <= Query.NAME_BYTES_MAX) {
            byte[] next = new byte[name.length + 2];
            next[0] = 1;
            System.arraycopy(name, 0, next, 2, name.length);
            return next;
        }
        byte[] next = name.clone();
        next[name[0]]++;
        return next;
    }

    private static void bitmap(ByteArrayOutputStream to, NavigableSet<Integer> types) {
        for (int window = 0; window < 256; window++) {
            byte[] bits = new byte[32];
            int length = 0;
            for (int type : types.subSet(window << 8, (window + 1) << 8)) {
                int low = type & 0xFF;
                bits[low / 8] |= (byte) (0x80 >>> low % 8);
                length = low / 8 + 1;
            }
            if (length > 0) {
                to.write(window);
                to.write(length);
                to.write(bits, 0, length);
            }
        }
    }

    /** The same records, each set with its signatures behind it; null: too many are wanted. What is not this zone's to say is not signed. */
    private @Nullable List<Message.Item> signed(List<Message.Item> items, Zone zone, boolean whole, long nowS) {
        List<Message.Item> all = new ArrayList<>();
        int from = 0;
        while (from < items.size()) {
            Message.Item first = items.get(from);
            int to = from + 1;
            while (to < items.size() && items.get(to).sameSet(first)) {
                to++;
            }
            List<Message.Item> set = items.subList(from, to);
            all.addAll(set);
            if (whole || first.type != RecordType.NS) {
                List<byte[]> data = set.stream()
                        .map(Message.Item::canonical)
                        .sorted(Arrays::compareUnsigned)
                        .toList();
                List<ZoneKey> keys = first.type == RecordType.DNSKEY
                        ? zone.keys()
                        : zone.keys().subList(0, 1);
                for (ZoneKey key : keys) {
                    byte[] signature = signatures.of(
                            key, zone.apexName(), Names.lower(first.owner), first.type, first.ttlS, data, nowS);
                    if (signature == null) {
                        return null;
                    }
                    all.add(new Message.Item(first.owner, RecordType.RRSIG, first.ttlS, signature));
                }
            }
            from = to;
        }
        return all;
    }
}
