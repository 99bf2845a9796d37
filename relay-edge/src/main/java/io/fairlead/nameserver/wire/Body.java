package io.fairlead.nameserver.wire;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * All that stands behind the question in an answer, made ready when a zone is loaded. Names are compressed against the name that is asked for and
 * against each other. Since a question may be longer than the name whose answer this is (below a wildcard, a cut, or where nothing is),
 * the pointers are set when it is written. Immutable.
 */
public final class Body {

    /** Where nothing stands behind the question. */
    public static final Body EMPTY = new Body.Builder(new byte[1]).build(Rcode.NOERROR, false);

    /** As the place of a name: the one that is asked for. */
    public static final int OWNER = Integer.MIN_VALUE;

    /** Pointers have 14 bits (RFC 1035 §4.1.4); a question may have 259 bytes. */
    private static final int POINTED_MAX = 0x3FFF - Query.HEADER_BYTES - Query.NAME_BYTES_MAX - 4;

    private final byte[] bytes;
    private final int[] pointerAt;
    private final int[] pointsTo;
    private final int answers;
    private final int authorities;
    private final int additionals;
    private final Rcode rcode;
    private final boolean authoritative;

    private Body(Builder builder, Rcode rcode, boolean authoritative) {
        this.bytes = builder.bytes.toByteArray();
        this.pointerAt = builder.pointerAt.build().toArray();
        this.pointsTo = builder.pointsTo.build().toArray();
        this.answers = builder.counts[0];
        this.authorities = builder.counts[1];
        this.additionals = builder.counts[2];
        this.rcode = rcode;
        this.authoritative = authoritative;
    }

    /** Writes it behind the question. */
    public void write(ByteBuf out, int nameBytes) {
        int at = out.writerIndex();
        out.writeBytes(bytes);
        for (int i = 0; i < pointerAt.length; i++) {
            out.setShort(at + pointerAt[i], pointer(pointsTo[i], nameBytes));
        }
    }

    /**
     * A compressed name.
     *
     * @param place {@link #OWNER}; under 0: so many bytes before the end of the name that is asked for; else: so far behind the question
     */
    public static int pointer(int place, int nameBytes) {
        if (place == OWNER) {
            return 0xC000 | Query.HEADER_BYTES;
        }
        return 0xC000 | (Query.HEADER_BYTES + nameBytes + (place < 0 ? place : 4 + place));
    }

    public int length() {
        return bytes.length;
    }

    public int answers() {
        return answers;
    }

    public int authorities() {
        return authorities;
    }

    public int additionals() {
        return additionals;
    }

    public Rcode rcode() {
        return rcode;
    }

    /** The AA flag. */
    public boolean authoritative() {
        return authoritative;
    }

    /** Section of an answer that records go to. */
    public enum Section {
        ANSWER(0),
        AUTHORITY(1),
        ADDITIONAL(2);

        private final int place;

        Section(int place) {
            this.place = place;
        }
    }

    /** Puts one together. */
    public static final class Builder {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final IntStream.Builder pointerAt = IntStream.builder();
        private final IntStream.Builder pointsTo = IntStream.builder();
        private final Map<String, Integer> known = new HashMap<>();
        private final Map<Integer, Integer> lengths = new HashMap<>();
        private final int[] counts = new int[3];

        /** @param suffix in wire form: every name that is asked for ends with it */
        public Builder(byte[] suffix) {
            for (int at = 0; suffix[at] != 0; at += 1 + suffix[at]) {
                known.put(key(suffix, at), at - suffix.length);
            }
        }

        private static String key(byte[] name, int from) {
            return Names.text(Names.lower(name), from);
        }

        /**
         * Adds a record.
         *
         * @param owner in wire form; null: the name that is asked for, whatever it is
         * @param nameAt where names begin in the data that may be compressed, in order
         */
        public Builder add(Section section, byte @Nullable [] owner, int type, long ttlS, byte[] data, int... nameAt) {
            counts[section.place]++;
            if (owner == null) {
                pointer(OWNER);
            } else {
                name(owner, 0);
            }
            number(type, 2);
            number(1, 2);
            number(ttlS, 4);
            int lengthAt = bytes.size();
            number(0, 2);
            data(data, nameAt);
            lengths.put(lengthAt, bytes.size() - lengthAt - 2);
            return this;
        }

        private void data(byte[] data, int... nameAt) {
            int at = 0;
            for (int begin : nameAt) {
                bytes.write(data, at, begin - at);
                name(data, begin);
                at = begin;
                while (data[at] != 0) {
                    at += 1 + data[at];
                }
                at++;
            }
            bytes.write(data, at, data.length - at);
        }

        private void name(byte[] name, int from) {
            int at = from;
            while (name[at] != 0) {
                String rest = key(name, at);
                Integer target = known.get(rest);
                if (target != null) {
                    pointer(target);
                    return;
                }
                if (bytes.size() <= POINTED_MAX) {
                    known.put(rest, bytes.size());
                }
                bytes.write(name, at, 1 + name[at]);
                at += 1 + name[at];
            }
            bytes.write(0);
        }

        private void pointer(int target) {
            pointerAt.add(bytes.size());
            pointsTo.add(target);
            number(0, 2);
        }

        private void number(long value, int size) {
            for (int i = size - 1; i >= 0; i--) {
                bytes.write((int) (value >>> (8 * i)));
            }
        }

        /** Place of a name that stands in it already, or in the name that is asked for. */
        public int placeOf(byte[] name) {
            Integer place = known.get(key(name, 0));
            if (place == null) {
                throw new IllegalArgumentException(Names.text(name) + " does not stand in this answer");
            }
            return place;
        }

        /** Ends it. */
        public Body build(Rcode rcode, boolean authoritative) {
            Body body = new Body(this, rcode, authoritative);
            lengths.forEach((at, length) -> {
                body.bytes[at] = (byte) (length >>> 8);
                body.bytes[at + 1] = (byte) (int) length;
            });
            return body;
        }
    }
}
