package io.fairlead.lab.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A file in MaxMind's format 2.0 that knows one network, 127.0.0.0/8, by eight nodes with records of 24 bits. */
final class PlaceFile {

    private static final int NODES = 8;
    private static final int SEPARATOR_BYTES = 16;
    private static final byte[] MARKER = {
        (byte) 0xab, (byte) 0xcd, (byte) 0xef, 'M', 'a', 'x', 'M', 'i', 'n', 'd', '.', 'c', 'o', 'm'
    };

    private final Map<String, Object> place;

    private PlaceFile(Map<String, Object> place) {
        this.place = place;
    }

    static PlaceFile ofLoopback(String country, String city) {
        return new PlaceFile(
                Map.of("country", Map.of("iso_code", country), "city", Map.of("names", Map.of("en", city))));
    }

    Path write(Path file) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int node = 0; node < NODES; node++) {
            int onward = node + 1 < NODES ? node + 1 : NODES + SEPARATOR_BYTES;
            boolean zero = node == 0; // 127 is 01111111
            pointer(out, zero ? onward : NODES);
            pointer(out, zero ? NODES : onward);
        }
        out.write(new byte[SEPARATOR_BYTES]);
        value(out, place);
        out.write(MARKER);
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("node_count", NODES);
        metadata.put("record_size", 24);
        metadata.put("ip_version", 4);
        metadata.put("database_type", "Test");
        metadata.put("languages", List.of("en"));
        metadata.put("binary_format_major_version", 2);
        metadata.put("binary_format_minor_version", 0);
        metadata.put("build_epoch", 1);
        metadata.put("description", Map.of("en", "for tests"));
        value(out, metadata);
        return Files.write(file, out.toByteArray());
    }

    private static void pointer(ByteArrayOutputStream out, int value) {
        out.write(value >> 16);
        out.write(value >> 8);
        out.write(value);
    }

    /** All that is written here is shorter than 29. */
    private static void value(ByteArrayOutputStream out, Object value) throws IOException {
        if (value instanceof Map<?, ?> map) {
            out.write(7 << 5 | map.size());
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                value(out, entry.getKey());
                value(out, entry.getValue());
            }
        } else if (value instanceof List<?> list) {
            out.write(list.size());
            out.write(11 - 7);
            for (Object item : list) {
                value(out, item);
            }
        } else if (value instanceof Integer number) {
            out.write(6 << 5 | 4);
            for (int shift = 24; shift >= 0; shift -= 8) {
                out.write(number >> shift);
            }
        } else {
            byte[] text = value.toString().getBytes(StandardCharsets.UTF_8);
            out.write(2 << 5 | text.length);
            out.write(text);
        }
    }
}
