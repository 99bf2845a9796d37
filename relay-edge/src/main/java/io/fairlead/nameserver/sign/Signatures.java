package io.fairlead.nameserver.sign;

import io.fairlead.nameserver.wire.Names;
import io.fairlead.nameserver.zone.ZoneKey;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.Signature;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Data of RRSIG records (RFC 4034 §3), made as they are needed and remembered while they are good. A signature begins an hour before the quarter of the day that it is made in, and lasts two days from there: all
 * name servers of a zone give the same. For one thread.
 */
final class Signatures {

    private static final long PERIOD_S = 21_600;
    private static final long EARLIER_S = 3_600;
    private static final long VALID_S = 172_800;
    private static final int CLASS_IN = 1;

    private final SigningSettings settings;
    private final SigningCounters counters;
    private final Map<ZoneKey, Signature> signers = new HashMap<>();
    private final Map<ByteBuffer, byte[]> known;
    private long second;
    private int madeInSecond;

    Signatures(SigningSettings settings, SigningCounters counters) {
        this.settings = settings;
        this.counters = counters;
        this.known = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<ByteBuffer, byte[]> eldest) {
                return size() > settings.cachedSignatures();
            }
        };
    }

    /**
     * The data of the RRSIG of a set of records.
     *
     * @param apex of the zone, in lower case
     * @param owner of the records, in lower case
     * @param data of the records, in canonical form and order (RFC 4034 §6)
     * @return null: too many new ones are wanted in this second
     */
    byte @Nullable [] of(ZoneKey key, byte[] apex, byte[] owner, int type, long ttlS, List<byte[]> data, long nowS) {
        long begin = nowS / PERIOD_S * PERIOD_S - EARLIER_S;
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        number(head, type, 2);
        number(head, ZoneKey.ALGORITHM, 1);
        number(head, labels(owner), 1);
        number(head, ttlS, 4);
        number(head, begin + VALID_S, 4);
        number(head, begin, 4);
        number(head, key.tag(), 2);
        head.writeBytes(apex);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.writeBytes(head.toByteArray());
        for (byte[] each : data) {
            text.writeBytes(owner);
            number(text, type, 2);
            number(text, CLASS_IN, 2);
            number(text, ttlS, 4);
            number(text, each.length, 2);
            text.writeBytes(each);
        }
        byte[] signature = signature(key, text.toByteArray(), nowS);
        if (signature == null) {
            return null;
        }
        head.writeBytes(signature);
        return head.toByteArray();
    }

    private byte @Nullable [] signature(ZoneKey key, byte[] text, long nowS) {
        ByteBuffer of = ByteBuffer.wrap(text); // the tag of the key stands in it
        byte[] before = known.get(of);
        if (before != null) {
            counters.remembered.increment();
            return before;
        }
        if (nowS != second) {
            second = nowS;
            madeInSecond = 0;
        }
        if (madeInSecond >= settings.signaturesPerSecond()) {
            return null;
        }
        madeInSecond++;
        counters.made.increment();
        byte[] made = ZoneKey.sign(signers.computeIfAbsent(key, ZoneKey::signer), text);
        known.put(of, made);
        return made;
    }

    /** Without the root, and without a star at the front (RFC 4034 §3.1.3). */
    private static int labels(byte[] owner) {
        int labels = 0;
        for (int at = 0; owner[at] != 0; at += 1 + owner[at]) {
            labels++;
        }
        return Names.isWildcard(owner) ? labels - 1 : labels;
    }

    private static void number(ByteArrayOutputStream to, long value, int size) {
        for (int i = size - 1; i >= 0; i--) {
            to.write((int) (value >>> (8 * i)));
        }
    }
}
