package io.fairlead.nameserver.zone;

import io.fairlead.model.map.AddressPrefix;
import io.fairlead.nameserver.wire.Names;
import io.fairlead.nameserver.wire.RecordType;
import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** Data of a record, read from the words of a zone file (RFC 1035 §5, 2782, 8659, 9460; any type as RFC 3597 writes it). */
final class RecordData {

    private static final int DATA_BYTES_MAX = 16_384;
    private static final HexFormat HEX = HexFormat.of();

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final byte[] origin;
    private int[] nameAt = {};

    private RecordData(byte[] origin) {
        this.origin = origin;
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    int[] nameAt() {
        return nameAt.clone();
    }

    /**
     * Reads data.
     *
     * @param origin that completes names
     * @throws IllegalArgumentException with a sentence
     */
    static RecordData parse(int type, List<Token> words, byte[] origin) {
        RecordData data = new RecordData(origin);
        Iterator<Token> rest = words.iterator();
        try {
            if (!words.isEmpty() && words.get(0).text().equals("\\#")) {
                rest.next();
                data.generic(rest);
            } else {
                data.known(type, rest);
            }
        } catch (NoSuchElementException e) {
            throw new IllegalArgumentException(
                    "the data of the " + RecordType.name(type) + " record is not complete; " + shape(type), e);
        }
        if (rest.hasNext()) {
            throw new IllegalArgumentException("'" + rest.next().text() + "' is too much for a " + RecordType.name(type)
                    + " record; " + shape(type));
        }
        if (data.bytes.size() > DATA_BYTES_MAX) {
            throw new IllegalArgumentException("the data has " + data.bytes.size() + " bytes but may have "
                    + DATA_BYTES_MAX + "; split it into several records");
        }
        return data;
    }

    private static String shape(int type) {
        return switch (type) {
            case RecordType.A -> "write one IPv4 address";
            case RecordType.AAAA -> "write one IPv6 address";
            case RecordType.NS, RecordType.CNAME, RecordType.PTR -> "write one name";
            case RecordType.SOA -> "write: MNAME RNAME serial refresh retry expire minimum";
            case RecordType.MX -> "write: preference NAME";
            case RecordType.TXT -> "write one or more strings, each in quotes";
            case RecordType.SRV -> "write: priority weight port NAME";
            case RecordType.CAA -> "write: flags tag \"value\"";
            case RecordType.SVCB, RecordType.HTTPS -> "write: priority NAME key=value …";
            default -> "write: \\# bytes HEX";
        };
    }

    private void known(int type, Iterator<Token> rest) {
        switch (type) {
            case RecordType.A -> address(rest, 4);
            case RecordType.AAAA -> address(rest, 16);
            case RecordType.NS, RecordType.CNAME, RecordType.PTR -> nameAt = new int[] {name(rest)};
            case RecordType.SOA -> soa(rest);
            case RecordType.MX -> {
                number(rest, "preference", 2);
                nameAt = new int[] {name(rest)};
            }
            case RecordType.TXT -> {
                do {
                    string(rest.next());
                } while (rest.hasNext());
            }
            case RecordType.SRV -> {
                number(rest, "priority", 2);
                number(rest, "weight", 2);
                number(rest, "port", 2);
                name(rest); // RFC 2782: not compressed
            }
            case RecordType.CAA -> caa(rest);
            case RecordType.SVCB, RecordType.HTTPS -> service(rest);
            default ->
                throw new IllegalArgumentException(
                        "data of type " + type + " can only be written as RFC 3597 says: \\# bytes HEX");
        }
    }

    private void soa(Iterator<Token> rest) {
        nameAt = new int[] {name(rest), name(rest)};
        number(rest, "serial", 4);
        for (String field : List.of("refresh", "retry", "expire", "minimum")) {
            write(Ttl.parse(rest.next().text(), field), 4);
        }
    }

    private void generic(Iterator<Token> rest) {
        int length = (int) number(rest.next().text(), "the length behind \\#", 0xFFFF);
        StringBuilder digits = new StringBuilder();
        rest.forEachRemaining(word -> digits.append(word.text()));
        byte[] data;
        try {
            data = HEX.parseHex(digits);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + digits + "' is not hexadecimal", e);
        }
        if (data.length != length) {
            throw new IllegalArgumentException("\\# says " + length + " bytes but " + data.length + " stand there");
        }
        bytes.writeBytes(data);
    }

    private void address(Iterator<Token> rest, int length) {
        byte[] address = AddressPrefix.address(rest.next().text());
        if (address.length != length) {
            throw new IllegalArgumentException("an address of IPv" + (length == 4 ? 6 : 4) + " stands where one of IPv"
                    + (length == 4 ? 4 : 6) + " belongs; " + (length == 4 ? "use AAAA" : "use A"));
        }
        bytes.writeBytes(address);
    }

    private void caa(Iterator<Token> rest) {
        number(rest, "flags", 1);
        String tag = rest.next().text();
        if (!tag.matches("[A-Za-z0-9]{1,255}")) {
            throw new IllegalArgumentException("'" + tag + "' is no tag of CAA: letters and digits");
        }
        string(new Token(tag, false));
        bytes.writeBytes(unescaped(rest.next().text()));
    }

    private void service(Iterator<Token> rest) {
        long priority = number(rest, "priority", 2);
        name(rest);
        ServiceParameters parameters = ServiceParameters.parse(rest);
        if (priority == 0 && !parameters.isEmpty()) {
            throw new IllegalArgumentException(
                    "priority 0 is an alias, which has no parameters (RFC 9460 §2.4.2); give a priority from 1 on");
        }
        bytes.writeBytes(parameters.bytes());
    }

    /** @return where it begins */
    private int name(Iterator<Token> rest) {
        int at = bytes.size();
        bytes.writeBytes(Names.parse(rest.next().text(), origin));
        return at;
    }

    private long number(Iterator<Token> rest, String field, int size) {
        long value = number(rest.next().text(), field, (1L << (8 * size)) - 1);
        write(value, size);
        return value;
    }

    static long number(String text, String field, long most) {
        if (!text.matches("\\d{1,10}") || Long.parseLong(text) > most) {
            throw new IllegalArgumentException(field + " is '" + text + "' but must be a number from 0 to " + most);
        }
        return Long.parseLong(text);
    }

    private void write(long value, int size) {
        for (int i = size - 1; i >= 0; i--) {
            bytes.write((int) (value >>> (8 * i)));
        }
    }

    private void string(Token word) {
        byte[] text = unescaped(word.text());
        if (text.length > 255) {
            throw new IllegalArgumentException("a string has " + text.length
                    + " bytes but may have 255 (RFC 1035 §3.3); write it as several, each in quotes");
        }
        bytes.write(text.length);
        bytes.writeBytes(text);
    }

    static byte[] unescaped(String text) {
        return Names.unescaped(text);
    }
}
