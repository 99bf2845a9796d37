package io.fairlead.lab.names;

import io.fairlead.model.policy.MapPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Where groups, resolvers and clients are, and how far from each other. A quarter of the resolvers is public: their clients are anywhere near them or not, and half of
 * them tell the client's subnet. The others are ISPs' own, with clients beside them.
 *
 * @param rtt between nodes
 * @param sites groups, each with a name server and a delivery edge
 * @param resolvers the one that asks most first
 */
public record NameWorld(RttMatrix rtt, List<Site> sites, List<Asker> resolvers) {

    private static final double PUBLIC = 0.25;
    private static final double TELLS_SUBNET = 0.5;
    private static final int CLIENTS_OF_PUBLIC = 4;
    private static final double ZIPF = 0.5;
    private static final double EARTH_KM = 6_371;

    /** A route is longer than the great circle, and light slower in glass: km of great circle for each ms of round trip. */
    private static final double KM_A_MS = 62;

    private static final double SPARE = 1.7;
    private static final double SCARCE = 1.15;
    private static final double LEAST_SHARE = 0.05;
    private static final double SHED_FROM_SHARE = MapPolicy.defaults().shedFromShare();

    private static final double LAST_MILE_MS = 6;
    private static final double LEAST_MS = 2;

    /** Where people are: degrees north and east, and how many. */
    private static final double[][] PEOPLE = {
        {51.5, 0, 6},
        {48.9, 2.4, 5},
        {52.5, 13.4, 5},
        {40.4, -3.7, 3},
        {41.9, 12.5, 3},
        {59.3, 18, 2},
        {55.7, 37.6, 3},
        {40.7, -74, 6},
        {41.9, -87.6, 4},
        {29.8, -95.4, 3},
        {37.4, -122, 5},
        {43.7, -79.4, 2},
        {19.4, -99.1, 3},
        {-23.5, -46.6, 5},
        {-34.6, -58.4, 3},
        {4.7, -74.1, 2},
        {6.5, 3.4, 2},
        {-26.2, 28, 2},
        {25.2, 55.3, 2},
        {19.1, 72.9, 6},
        {13.1, 80.3, 3},
        {1.35, 103.8, 3},
        {-6.2, 106.8, 4},
        {14.6, 121, 2},
        {35.7, 139.7, 5},
        {37.6, 127, 3},
        {-33.9, 151.2, 2}
    };

    private static final List<Site> SITES = List.of(
            new Site("ams", "Amsterdam", "nl", 52.4, 4.9, 0),
            new Site("iad", "Ashburn", "us", 39, -77.5, 1),
            new Site("sin", "Singapore", "sg", 1.35, 103.8, 2),
            new Site("gru", "São Paulo", "br", -23.5, -46.6, 3));

    /** A group. Degrees as config has them: 100 north and 200 east are not known. */
    public record Site(
            String id, String city, String country, double latitudeDegrees, double longitudeDegrees, int node) {}

    /**
     * A resolver.
     *
     * @param address on loopback
     * @param weight its part of all questions
     */
    public record Asker(
            String address, int node, ResolverModel model, boolean tellsSubnet, double weight, List<Clients> clients) {}

    /** Clients of a resolver: their /24, and their part of its questions. */
    public record Clients(String prefix, int node, double weight) {}

    /** One with four groups on four continents. */
    public static NameWorld synthetic(int resolvers, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int nodes = SITES.size() + 2 * resolvers;
        double[][] places = new double[nodes][];
        double[] lastMileMs = new double[nodes];
        int[] region = new int[nodes];
        for (int i = 0; i < nodes; i++) {
            boolean site = i < SITES.size();
            region[i] = people(random);
            double[] people = PEOPLE[region[i]];
            places[i] = site
                    ? new double[] {SITES.get(i).latitudeDegrees(), SITES.get(i).longitudeDegrees()}
                    : new double[] {people[0] + 2 * random.nextGaussian(), people[1] + 2 * random.nextGaussian()};
            lastMileMs[i] = site ? 0 : -LAST_MILE_MS * Math.log(1 - random.nextDouble());
        }
        double[][] ms = new double[nodes][nodes];
        for (int i = 0; i < nodes; i++) {
            for (int j = 0; j < i; j++) {
                ms[i][j] = LEAST_MS + kilometres(places[i], places[j]) / KM_A_MS + lastMileMs[i] + lastMileMs[j];
                ms[j][i] = ms[i][j];
            }
        }
        return populated(RttMatrix.of(ms), SITES, region, resolvers, random);
    }

    /** One on measured round trips: groups where they lie well. */
    public static NameWorld of(RttMatrix rtt, int groups, int resolvers, long seed) {
        List<Site> sites = new ArrayList<>();
        for (int node : rtt.sites(groups)) {
            sites.add(new Site("g" + (sites.size() + 1), "", "", 100, 200, node));
        }
        int[] region = IntStream.range(0, rtt.nodes()).toArray(); // who is near whom only the matrix knows
        return populated(rtt, sites, region, resolvers, new SplittableRandom(seed));
    }

    private static int people(SplittableRandom random) {
        double sum = 0;
        for (double[] each : PEOPLE) {
            sum += each[2];
        }
        double at = sum * random.nextDouble();
        for (int i = 0; i < PEOPLE.length; i++) {
            at -= PEOPLE[i][2];
            if (at <= 0) {
                return i;
            }
        }
        return 0;
    }

    private static double kilometres(double[] one, double[] other) {
        double north = Math.toRadians(one[0] - other[0]) / 2;
        double east = Math.toRadians(one[1] - other[1]) / 2;
        double chord = Math.pow(Math.sin(north), 2)
                + Math.cos(Math.toRadians(one[0])) * Math.cos(Math.toRadians(other[0])) * Math.pow(Math.sin(east), 2);
        return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(chord)));
    }

    private static NameWorld populated(
            RttMatrix rtt, List<Site> sites, int[] region, int resolvers, SplittableRandom random) {
        List<Integer> taken = sites.stream().map(Site::node).toList();
        Networks own = new Networks(127, 16);
        Networks others = new Networks(10, 0);
        List<Asker> askers = new ArrayList<>();
        for (int i = 0; i < resolvers; i++) {
            int node = free(rtt, taken, random);
            boolean open = random.nextDouble() < PUBLIC;
            String network = own.next(region[node]);
            List<Clients> clients = new ArrayList<>();
            if (open) {
                for (int c = 0; c < CLIENTS_OF_PUBLIC; c++) {
                    int home = c == 0 ? node : free(rtt, taken, random);
                    clients.add(new Clients(others.next(region[home]) + "0/24", home, 1.0 / CLIENTS_OF_PUBLIC));
                }
            } else {
                clients.add(new Clients(network + "0/24", node, 1));
            }
            askers.add(new Asker(
                    network + "53",
                    node,
                    ResolverModel.any(random),
                    open && random.nextDouble() < TELLS_SUBNET,
                    1 / Math.pow(i + 1, ZIPF),
                    clients));
        }
        return new NameWorld(rtt, sites, askers);
    }

    /** Networks of /24, those of one region in the same /20 as far as it holds them, as providers have them. */
    private static final class Networks {

        private static final int IN_A_BLOCK = 16;

        private final int first;
        private final int second;
        private final Map<Integer, int[]> open = new HashMap<>(); // by region: block, how many are taken
        private int blocks;

        Networks(int first, int second) {
            this.first = first;
            this.second = second;
        }

        /** The first three numbers, with a dot behind each. */
        String next(int region) {
            int[] block = open.computeIfAbsent(region, each -> new int[] {blocks++, 0});
            if (block[1] == IN_A_BLOCK) {
                block[0] = blocks++;
                block[1] = 0;
            }
            int third = block[0] % IN_A_BLOCK * IN_A_BLOCK + block[1]++;
            return first + "." + (second + block[0] / IN_A_BLOCK) + "." + third + ".";
        }
    }

    /** Any node but a site. */
    private static int free(RttMatrix rtt, List<Integer> taken, SplittableRandom random) {
        int node = random.nextInt(rtt.nodes());
        while (taken.contains(node)) {
            node = random.nextInt(rtt.nodes());
        }
        return node;
    }

    /** By site, the share of all questions that come from clients whose nearest it is, 0–1. */
    double[] nearestShares() {
        double[] shares = new double[sites.size()];
        double sum = 0;
        for (Asker asker : resolvers) {
            for (Clients each : asker.clients()) {
                int nearest = 0;
                for (int site = 1; site < shares.length; site++) {
                    nearest = ms(each.node(), site) < ms(each.node(), nearest) ? site : nearest;
                }
                shares[nearest] += asker.weight() * each.weight();
                sum += asker.weight() * each.weight();
            }
        }
        for (int site = 0; site < shares.length; site++) {
            shares[site] /= sum;
        }
        return shares;
    }

    /** What each site can carry, by all demand: more than that of those whose nearest it is, but of the one that is nearest to most not much more, so that it has a price. */
    double[] capacityShares() {
        double[] shares = nearestShares();
        double most = Arrays.stream(shares).max().orElse(0);
        return Arrays.stream(shares)
                .map(nearest -> (nearest == most ? SCARCE : SPARE) * Math.max(LEAST_SHARE, nearest))
                .toArray();
    }

    /** Part of all demand that each site serves without a map, 0–1: the first as far as it takes all who come, then the next. */
    double[] sharesByRank() {
        double[] capacity = capacityShares();
        double[] shares = new double[capacity.length];
        double left = 1;
        for (int site = 0; site < shares.length; site++) {
            shares[site] = Math.min(left, SHED_FROM_SHARE * capacity[site]);
            left -= shares[site];
        }
        double all = Arrays.stream(capacity).sum();
        for (int site = 0; site < shares.length; site++) {
            shares[site] += left * capacity[site] / all; // more than all take: all are over alike
        }
        return shares;
    }

    /** Round trip to a group, ms. What was not measured is very far. */
    double ms(int node, int site) {
        return Math.min(1_000, rtt.ms(node, sites.get(site).node()));
    }
}
