package io.fairlead.nameserver.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Names in wire form (a length byte and a label, again and again, and the root's zero) and as text (RFC 1035 §5.1). */
public final class Names {

    private Names() {}

    static int hash(int hash, byte next) {
        return hash * 0x01000193 + (next & 0xFF) + 1;
    }

    /** Hash of a whole name in wire form and lower case, as {@link Query#suffixHash} has it. */
    public static int hash(byte[] name) {
        int hash = 0;
        for (int i = name.length - 1; i >= 0; i--) {
            hash = hash(hash, name[i]);
        }
        return hash;
    }

    /**
     * Reads a name. One without a dot at its end is completed by the origin.
     *
     * @param origin in wire form
     * @return in wire form, with its case
     * @throws IllegalArgumentException with a sentence
     */
    public static byte[] parse(String text, byte[] origin) {
        if (text.equals("@")) {
            return origin;
        }
        if (text.equals(".")) {
            return new byte[1];
        }
        ByteArrayOutputStream name = new ByteArrayOutputStream();
        ByteArrayOutputStream label = new ByteArrayOutputStream();
        boolean absolute = false;
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            absolute = letter == '.';
            if (absolute) {
                add(name, label, text);
            } else if (letter == '\\') {
                i = escaped(text, i, label);
            } else if (letter > '~' || letter <= ' ') {
                throw new IllegalArgumentException("name '" + text + "' has the character '" + letter
                        + "'; write names in ASCII, other bytes as \\DDD");
            } else {
                label.write(letter);
            }
        }
        if (!absolute) {
            add(name, label, text);
            name.writeBytes(origin);
        } else {
            name.write(0);
        }
        if (name.size() > Query.NAME_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "name '" + text + "' has " + name.size() + " bytes but may have " + Query.NAME_BYTES_MAX);
        }
        return name.toByteArray();
    }

    private static void add(ByteArrayOutputStream name, ByteArrayOutputStream label, String text) {
        if (label.size() == 0 || label.size() > 63) {
            throw new IllegalArgumentException(
                    "name '" + text + "' has a label of " + label.size() + " bytes; labels have 1 to 63");
        }
        name.write(label.size());
        name.writeBytes(label.toByteArray());
        label.reset();
    }

    /** Adds what a backslash stands before, and says where that ends. */
    private static int escaped(String text, int backslash, ByteArrayOutputStream to) {
        int next = backslash + 1;
        if (next < text.length() && !isDigit(text.charAt(next))) {
            to.write(text.charAt(next));
            return next;
        }
        if (next + 3 > text.length() || !text.substring(next, next + 3).chars().allMatch(Names::isDigit)) {
            throw new IllegalArgumentException(
                    "'" + text + "' has a backslash with neither a character nor three digits behind it");
        }
        int value = Integer.parseInt(text.substring(next, next + 3));
        if (value > 255) {
            throw new IllegalArgumentException("'" + text + "' has \\" + value + " but a byte is at most 255");
        }
        to.write(value);
        return next + 2;
    }

    /** Bytes of a text with escapes. */
    public static byte[] unescaped(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\\') {
                i = escaped(text, i, bytes);
            } else {
                bytes.writeBytes(String.valueOf(text.charAt(i)).getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    private static boolean isDigit(int letter) {
        return letter >= '0' && letter <= '9';
    }

    /** Text of a name in wire form, with a dot at its end. */
    public static String text(byte[] name) {
        return text(name, 0);
    }

    /** The same of a name that begins somewhere in an array. */
    public static String text(byte[] bytes, int from) {
        if (bytes[from] == 0) {
            return ".";
        }
        StringBuilder text = new StringBuilder();
        for (int at = from; bytes[at] != 0; at += 1 + bytes[at]) {
            for (int i = at + 1; i <= at + bytes[at]; i++) {
                int letter = bytes[i] & 0xFF;
                if (letter <= ' ' || letter > '~') {
                    text.append('\\').append((char) ('0' + letter / 100));
                    text.append((char) ('0' + letter / 10 % 10)).append((char) ('0' + letter % 10));
                } else {
                    text.append(".\\\"();@$".indexOf(letter) >= 0 ? "\\" : "").append((char) letter);
                }
            }
            text.append('.');
        }
        return text.toString();
    }

    /** The same name in lower case. */
    public static byte[] lower(byte[] name) {
        byte[] lower = name.clone();
        for (int i = 0; i < lower.length; i++) {
            if (lower[i] >= 'A' && lower[i] <= 'Z') {
                lower[i] = (byte) (lower[i] + 32);
            }
        }
        return lower;
    }

    /** The name without its first label; of the root, which has none, there is no such name. */
    public static byte[] parent(byte[] name) {
        return Arrays.copyOfRange(name, 1 + name[0], name.length);
    }

    /** Whether a name (lower case) is the other one or lies below it. */
    public static boolean isWithin(byte[] name, byte[] ancestor) {
        for (int at = 0; ; at += 1 + name[at]) {
            if (name.length - at == ancestor.length) {
                return Arrays.equals(name, at, name.length, ancestor, 0, ancestor.length);
            }
            if (name.length - at < ancestor.length || name[at] == 0) {
                return false;
            }
        }
    }

    /** Whether its first label is the star alone. */
    public static boolean isWildcard(byte[] name) {
        return name.length > 2 && name[0] == 1 && name[1] == '*';
    }
}
