package io.fairlead.nameserver.map;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Goes through a value in Avro's binary encoding (Avro 1.12 specification, "Binary encoding"), one part after the other. What is beyond its end throws {@link IndexOutOfBoundsException}.
 */
final class AvroBytes {

    private static final VarHandle REALS =
            MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int NUMBER_BITS_MAX = 63;

    private byte[] bytes = {};
    private int at;

    /** Begins at a place of a value. */
    void set(byte[] value, int from) {
        bytes = value;
        at = from;
    }

    /**
     * An int, long or count.
     *
     * @throws IllegalArgumentException if it has more than 64 bits
     */
    long number() {
        long number = 0;
        for (int shift = 0; shift <= NUMBER_BITS_MAX; shift += 7) {
            byte next = bytes[at++];
            number |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return number >>> 1 ^ -(number & 1);
            }
        }
        throw new IllegalArgumentException("a number has more than 64 bits");
    }

    /** A double. */
    double real() {
        double real = (double) REALS.get(bytes, at);
        at += Double.BYTES;
        return real;
    }

    /**
     * Length of a text that follows, bytes.
     *
     * @throws IllegalArgumentException if it is longer than what is there
     */
    int length() {
        return place(bytes.length - at);
    }

    /**
     * A number from 0 on, such as an enum's.
     *
     * @throws IllegalArgumentException if it is under 0, or not under the bound
     */
    int place(int bound) {
        long place = number();
        if (place < 0 || place >= bound) {
            throw new IllegalArgumentException("a number is " + place + " but must be 0 to " + (bound - 1));
        }
        return (int) place;
    }

    /** Goes on behind so many bytes; where they begin. */
    int skip(int count) {
        int from = at;
        at += count;
        return from;
    }

    boolean atEnd() {
        return at == bytes.length;
    }
}
