package io.fairlead.nameserver.zone;

import io.fairlead.model.map.AddressPrefix;
import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Parameters of SVCB and HTTPS records (RFC 9460, 9461): by number in ascending order, each once. */
final class ServiceParameters {

    static final int IPV4_HINT = 4;
    static final int IPV6_HINT = 6;

    private static final Map<String, Integer> KEYS = Map.of(
            "mandatory", 0,
            "alpn", 1,
            "no-default-alpn", 2,
            "port", 3,
            "ipv4hint", IPV4_HINT,
            "ech", 5,
            "ipv6hint", IPV6_HINT,
            "dohpath", 7);

    private final TreeMap<Integer, byte[]> values = new TreeMap<>();

    private ServiceParameters() {}

    /** @throws IllegalArgumentException with a sentence */
    static ServiceParameters parse(Iterator<Token> words) {
        ServiceParameters parameters = new ServiceParameters();
        while (words.hasNext()) {
            parameters.add(words.next().text());
        }
        parameters.check();
        return parameters;
    }

    private void add(String word) {
        int equals = word.indexOf('=');
        String key = equals < 0 ? word : word.substring(0, equals);
        String text = equals < 0 ? "" : word.substring(equals + 1);
        if (text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")) {
            text = text.substring(1, text.length() - 1);
        }
        if (values.put(number(key), value(key, text)) != null) {
            throw new IllegalArgumentException("the parameter " + key + " stands twice; leave one out");
        }
    }

    private static int number(String key) {
        Integer known = KEYS.get(key);
        if (known != null) {
            return known;
        }
        if (key.matches("key\\d{1,5}") && Integer.parseInt(key.substring(3)) < 0xFFFF) {
            return Integer.parseInt(key.substring(3));
        }
        throw new IllegalArgumentException("'" + key + "' is no parameter of a service; there are "
                + String.join(", ", new TreeSet<>(KEYS.keySet())) + " and keyNNN");
    }

    private static byte[] value(String key, String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        switch (key) {
            case "mandatory" -> {
                TreeSet<Integer> keys = new TreeSet<>();
                for (String each : text.split(",", -1)) {
                    keys.add(number(each));
                }
                keys.forEach(each -> number(bytes, each));
            }
            case "alpn" -> {
                for (String each : text.split(",", -1)) {
                    byte[] id = RecordData.unescaped(each);
                    if (id.length == 0 || id.length > 255) {
                        throw new IllegalArgumentException(
                                "alpn is '" + text + "' but must be protocols with commas between, such as h2,h3");
                    }
                    bytes.write(id.length);
                    bytes.writeBytes(id);
                }
            }
            case "no-default-alpn" -> {
                if (!text.isEmpty()) {
                    throw new IllegalArgumentException("no-default-alpn has no value");
                }
            }
            case "port" -> number(bytes, (int) RecordData.number(text, "port", 0xFFFF));
            case "ipv4hint" -> addresses(bytes, text, 4);
            case "ipv6hint" -> addresses(bytes, text, 16);
            case "ech" -> bytes.writeBytes(Base64.getDecoder().decode(text));
            default -> bytes.writeBytes(RecordData.unescaped(text));
        }
        return bytes.toByteArray();
    }

    private static void number(ByteArrayOutputStream bytes, int value) {
        bytes.write(value >>> 8);
        bytes.write(value);
    }

    private static void addresses(ByteArrayOutputStream bytes, String text, int length) {
        for (String each : text.split(",", -1)) {
            byte[] address = AddressPrefix.address(each);
            if (address.length != length) {
                throw new IllegalArgumentException("hint '" + each + "' is no address of IPv" + (length == 4 ? 4 : 6));
            }
            bytes.writeBytes(address);
        }
    }

    private void check() {
        if (values.containsKey(2) && !values.containsKey(1)) {
            throw new IllegalArgumentException("no-default-alpn needs alpn beside it (RFC 9460 §7.1.1)");
        }
        byte[] mandatory = values.get(0);
        for (int i = 0; mandatory != null && i < mandatory.length; i += 2) {
            int key = (mandatory[i] & 0xFF) << 8 | (mandatory[i + 1] & 0xFF);
            if (key == 0 || !values.containsKey(key)) {
                throw new IllegalArgumentException(
                        "mandatory names key" + key + ", which is not there or not allowed (RFC 9460 §8)");
            }
        }
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    boolean hasHints() {
        return values.containsKey(IPV4_HINT) || values.containsKey(IPV6_HINT);
    }

    byte[] bytes() {
        return bytes(values);
    }

    /** Those between two numbers, without the bounds themselves. */
    byte[] between(int over, int under) {
        return bytes(values.subMap(over, false, under, false));
    }

    private static byte[] bytes(SortedMap<Integer, byte[]> some) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        some.forEach((key, value) -> {
            number(bytes, key);
            number(bytes, value.length);
            bytes.writeBytes(value);
        });
        return bytes.toByteArray();
    }

    static ServiceParameters none() {
        return parse(List.<Token>of().iterator());
    }
}
