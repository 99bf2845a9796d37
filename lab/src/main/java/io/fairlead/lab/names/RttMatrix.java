package io.fairlead.lab.names;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Round trips between nodes, ms; a node that has none to most others is left out. */
public final class RttMatrix {

    private static final double LEAST_KNOWN_SHARE = 0.5;

    private final double[][] ms;

    private RttMatrix(double[][] ms) {
        this.ms = ms;
    }

    /** @param ms as long as wide; what is not over 0 was not measured */
    static RttMatrix of(double[][] ms) {
        return new RttMatrix(ms);
    }

    /**
     * Reads one: a line for each node, its numbers parted by blanks; what is not over 0 was not measured. A name that ends with {@code .gz} is unpacked.
     *
     * @throws IOException saying the line, if the lines are not as long as there are lines
     */
    public static RttMatrix read(Path file) throws IOException {
        List<double[]> rows = new ArrayList<>();
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw;
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.strip().split("\\s+");
                double[] row = new double[words.length];
                for (int i = 0; i < words.length; i++) {
                    row[i] = Double.parseDouble(words[i]);
                }
                rows.add(row);
            }
        } catch (NumberFormatException e) {
            throw new IOException(file + ", line " + (rows.size() + 1) + ": " + e.getMessage(), e);
        }
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).length != rows.size()) {
                throw new IOException(file + ", line " + (i + 1) + " has " + rows.get(i).length
                        + " numbers, but there are " + rows.size() + " lines");
            }
        }
        return new RttMatrix(wellKnown(rows));
    }

    private static double[][] wellKnown(List<double[]> rows) {
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            int known = 0;
            for (double each : rows.get(i)) {
                known += each > 0 ? 1 : 0;
            }
            if (known >= LEAST_KNOWN_SHARE * rows.size()) {
                kept.add(i);
            }
        }
        double[][] ms = new double[kept.size()][kept.size()];
        for (int i = 0; i < ms.length; i++) {
            for (int j = 0; j < ms.length; j++) {
                double there = rows.get(kept.get(i))[kept.get(j)];
                double back = rows.get(kept.get(j))[kept.get(i)];
                ms[i][j] = i == j ? 0 : there > 0 && back > 0 ? Math.min(there, back) : Math.max(there, back);
            }
        }
        return ms;
    }

    public int nodes() {
        return ms.length;
    }

    /** Infinite: it was not measured. */
    public double ms(int one, int other) {
        return one == other ? 0 : ms[one][other] > 0 ? ms[one][other] : Double.POSITIVE_INFINITY;
    }

    /** Nodes that lie well for groups: each next one lowers the sum of round trips to the nearest most. */
    public List<Integer> sites(int count) {
        List<Integer> sites = new ArrayList<>();
        double[] nearest = new double[nodes()];
        java.util.Arrays.fill(nearest, 1_000);
        while (sites.size() < count) {
            int best = -1;
            double least = Double.POSITIVE_INFINITY;
            for (int site = 0; site < nodes(); site++) {
                double sum = 0;
                for (int node = 0; node < nodes(); node++) {
                    sum += Math.min(nearest[node], ms(node, site));
                }
                if (sum < least) {
                    least = sum;
                    best = site;
                }
            }
            sites.add(best);
            for (int node = 0; node < nodes(); node++) {
                nearest[node] = Math.min(nearest[node], ms(node, best));
            }
        }
        return sites;
    }
}
