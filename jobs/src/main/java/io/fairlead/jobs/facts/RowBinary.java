package io.fairlead.jobs.facts;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One row as ClickHouse reads its format {@code RowBinary}: numbers little endian, strings and arrays behind their length
 * (unsigned LEB128). A buffer that grows and is used again; not thread-safe.
 */
public final class RowBinary {

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int FIRST_BYTES = 512;
    private static final int LENGTH_BYTES_MAX = 5;

    private byte[] bytes = new byte[FIRST_BYTES];
    private int size;

    /** Begins a new row. */
    public void clear() {
        size = 0;
    }

    /** A copy of the row. */
    public byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    void bool(boolean value) {
        room(1);
        bytes[size++] = (byte) (value ? 1 : 0);
    }

    void int32(int value) {
        room(Integer.BYTES);
        INT.set(bytes, size, value);
        size += Integer.BYTES;
    }

    void int64(long value) {
        room(Long.BYTES);
        LONG.set(bytes, size, value);
        size += Long.BYTES;
    }

    void float64(double value) {
        int64(Double.doubleToRawLongBits(value));
    }

    /** Number of elements of an array or entries of a map. */
    void length(int elements) {
        room(LENGTH_BYTES_MAX);
        int rest = elements;
        while ((rest & ~0x7F) != 0) {
            bytes[size++] = (byte) ((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** As UTF-8; a lone surrogate becomes a question mark. */
    void string(String value) {
        int chars = value.length();
        if (chars < 0x80) {
            room(1 + chars);
            int start = size;
            bytes[size++] = (byte) chars;
            for (int i = 0; i < chars; i++) {
                char c = value.charAt(i);
                if (c >= 0x80) {
                    size = start;
                    string(value.getBytes(StandardCharsets.UTF_8));
                    return;
                }
                bytes[size++] = (byte) c;
            }
        } else {
            string(value.getBytes(StandardCharsets.UTF_8));
        }
    }

    void string(byte[] utf8) {
        length(utf8.length);
        room(utf8.length);
        System.arraycopy(utf8, 0, bytes, size, utf8.length);
        size += utf8.length;
    }

    /** The remaining bytes of the buffer, which is left as it is. */
    void string(ByteBuffer value) {
        int length = value.remaining();
        length(length);
        room(length);
        value.get(value.position(), bytes, size, length);
        size += length;
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}
