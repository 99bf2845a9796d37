package io.fairlead.proxy.exit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes small files in MaxMind's format 2.0: IPv4 networks, records of 24 bits, no pointers. */
public final class LocationFile {

    private static final int RECORD_BITS = 24;
    private static final int SEPARATOR_BYTES = 16;
    private static final byte[] MARKER = {
        (byte) 0xab, (byte) 0xcd, (byte) 0xef, 'M', 'a', 'x', 'M', 'i', 'n', 'd', '.', 'c', 'o', 'm'
    };

    private static final class Node {
        private final Node[] next = new Node[2];
        private int dataOffset = -1;
        private int number;
    }

    private final Node root = new Node();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    /** Says this of all addresses that begin like {@code network}, for this many bits. */
    public LocationFile with(String network, int bits, Map<String, Object> record) throws IOException {
        byte[] address = InetAddress.getByName(network).getAddress();
        Node node = root;
        for (int i = 0; i < bits; i++) {
            int bit = (address[i / 8] >> (7 - i % 8)) & 1;
            if (node.next[bit] == null) {
                node.next[bit] = new Node();
            }
            node = node.next[bit];
        }
        node.dataOffset = data.size();
        write(data, record);
        return this;
    }

    /** A city as MaxMind's databases hold it. */
    public static Map<String, Object> city(String country, String regionCode, String region, String city) {
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("country", Map.of("iso_code", country));
        record.put("subdivisions", List.of(Map.of("iso_code", regionCode, "names", Map.of("en", region))));
        record.put("city", Map.of("names", Map.of("en", city)));
        return record;
    }

    public Path write(Path file) throws IOException {
        List<Node> nodes = new ArrayList<>();
        number(root, nodes);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Node node : nodes) {
            for (Node next : node.next) {
                int value = next == null
                        ? nodes.size()
                        : next.dataOffset >= 0 ? nodes.size() + SEPARATOR_BYTES + next.dataOffset : next.number;
                out.write(value >> 16);
                out.write(value >> 8);
                out.write(value);
            }
        }
        out.write(new byte[SEPARATOR_BYTES]);
        data.writeTo(out);
        out.write(MARKER);
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("node_count", nodes.size());
        metadata.put("record_size", RECORD_BITS);
        metadata.put("ip_version", 4);
        metadata.put("database_type", "Test");
        metadata.put("languages", List.of("en"));
        metadata.put("binary_format_major_version", 2);
        metadata.put("binary_format_minor_version", 0);
        metadata.put("build_epoch", 1);
        metadata.put("description", Map.of("en", "for tests"));
        write(out, metadata);
        return Files.write(file, out.toByteArray());
    }

    private static void number(Node node, List<Node> nodes) {
        node.number = nodes.size();
        nodes.add(node);
        for (Node next : node.next) {
            if (next != null && next.dataOffset < 0) {
                number(next, nodes);
            }
        }
    }

    private static void write(ByteArrayOutputStream out, Object value) throws IOException {
        if (value instanceof Map<?, ?> map) {
            control(out, 7, map.size());
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                write(out, entry.getKey());
                write(out, entry.getValue());
            }
        } else if (value instanceof List<?> list) {
            control(out, 11, list.size());
            for (Object item : list) {
                write(out, item);
            }
        } else if (value instanceof Integer number) {
            control(out, 6, 4);
            for (int shift = 24; shift >= 0; shift -= 8) {
                out.write(number >> shift);
            }
        } else {
            byte[] text = value.toString().getBytes(StandardCharsets.UTF_8);
            control(out, 2, text.length);
            out.write(text);
        }
    }

    private static void control(ByteArrayOutputStream out, int type, int size) {
        if (size > 28) {
            throw new IllegalArgumentException("a value of " + size + " is too long for this writer");
        }
        if (type > 7) {
            out.write(size);
            out.write(type - 7);
        } else {
            out.write(type << 5 | size);
        }
    }
}
