package io.fairlead.jobs.map;

import io.fairlead.model.map.AddressPrefix;
import io.fairlead.model.map.EvidenceClass;
import io.fairlead.model.map.Whereabouts.Known;
import io.fairlead.model.policy.MapPolicy;
import io.fairlead.model.popularity.Resolver;
import io.fairlead.schemas.decisions.ResolverClients;
import io.fairlead.schemas.decisions.ResolverPopularity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who is behind which resolver, as beacons say, at one moment: what that tells of the ways from a resolver's clients to groups, and of what they ask for. Made anew for each map.
 *
 * <p>What clients tell of their resolver is the weighted median of their networks, none of which weighs more than a third, and there must be three at least: who is a client of a resolver himself can fetch beacons and
 * be slow on purpose, but needs more networks than the other clients have.
 */
final class Clientele {

    /** Networks without which nothing is said of a resolver's clients. */
    static final int LEAST_NETWORKS = 3;

    /** Share of a resolver's clients, by weight, that must have been measured with a group. */
    private static final double LEAST_KNOWN_SHARE = 0.5;

    /** What all who have proven nothing may ask for together, by what those have who did: anybody can write any addresses on his questions. */
    static final double MOST_UNPROVEN = 0.25;

    private final Map<AddressPrefix, Part> parts;
    private final long nowMs;
    private final double rttHalfLifeMs;

    /** Resolvers of each network that is tied to one. */
    private final Map<AddressPrefix, List<Tie>> resolversOf = new HashMap<>();

    private final Map<Part, List<Tie>> clientsOf = new HashMap<>();

    /** One network of a resolver, or one resolver of a network. */
    private record Tie(Part part, double weight) {}

    /** One measured way. */
    private record Way(double ms, double weight, double errorMs) {}

    /**
     * Gathers what is known.
     *
     * @param parts of the network, those of resolvers with their clients
     */
    Clientele(Map<AddressPrefix, Part> parts, long nowMs, MapPolicy policy) {
        this.parts = parts;
        this.nowMs = nowMs;
        this.rttHalfLifeMs = Resolver.RTT_HALF_LIVES * (double) policy.halfLifeMs();
        parts.values().forEach(this::tie);
    }

    private void tie(Part resolver) {
        ResolverPopularity known = resolver.popularity;
        if (known == null || known.getClients().isEmpty()) {
            return;
        }
        List<Tie> clients = new ArrayList<>();
        for (ResolverClients each : known.getClients()) {
            AddressPrefix network = AddressPrefix.parse(each.getPrefix());
            resolversOf.computeIfAbsent(network, key -> new ArrayList<>()).add(new Tie(resolver, each.getWeight()));
            Part part = parts.get(network);
            if (part != null) {
                clients.add(new Tie(part, each.getWeight()));
            }
        }
        clientsOf.put(resolver, clients);
    }

    /** Round trip of a resolver's clients to a group, with half of a 90 % interval as its error; empty: too little is known. */
    Optional<double[]> rttMs(Part resolver, String group) {
        List<Tie> clients = capped(clientsOf.getOrDefault(resolver, List.of()));
        if (clients.size() < LEAST_NETWORKS) {
            return Optional.empty();
        }
        List<Way> ways = new ArrayList<>();
        double all = 0;
        double known = 0;
        for (Tie client : clients) {
            all += client.weight;
            Optional<Known> best = client.part.whereabouts.best(group, nowMs, rttHalfLifeMs);
            if (best.isPresent() && best.get().evidence() == EvidenceClass.CLIENT_RTT) {
                known += client.weight;
                ways.add(new Way(
                        best.get().rttMs().mean(),
                        client.weight,
                        (best.get().rttMs().upper() - best.get().rttMs().lower()) / 2));
            }
        }
        return ways.size() < LEAST_NETWORKS || known < LEAST_KNOWN_SHARE * all
                ? Optional.empty()
                : Optional.of(median(ways, known));
    }

    /** None weighs more than half of all others together, a third of all. */
    private static List<Tie> capped(List<Tie> clients) {
        double all = clients.stream().mapToDouble(Tie::weight).sum();
        return clients.stream()
                .map(each -> new Tie(each.part, Math.min(each.weight, (all - each.weight) / 2)))
                .toList();
    }

    private static double[] median(List<Way> ways, double all) {
        ways.sort(Comparator.comparingDouble(Way::ms));
        double before = 0;
        for (Way way : ways) {
            before += way.weight;
            if (before >= all / 2) {
                return new double[] {way.ms, way.errorMs};
            }
        }
        Way last = ways.get(ways.size() - 1);
        return new double[] {last.ms, last.errorMs};
    }

    /** The resolver that most beacons of a network came by; null: none is known. */
    @Nullable
    Part resolverOf(AddressPrefix network) {
        return resolversOf.getOrDefault(network, List.of()).stream()
                .max(Comparator.comparingDouble(Tie::weight))
                .map(Tie::part)
                .orElse(null);
    }

    /**
     * What each part asks for. What edges have sent to a network is its resolvers' demand, in the parts in which beacons came by them; without any, its own, if
     * resolvers tell it. The rest of what is delivered goes by questions, of which those do not count that ties account for.
     *
     * @param deliveredBitsPerSecond by all edges; 0: none says, so that questions alone count
     * @param bitsAQuestion then
     */
    Map<Part, Double> demandBitsPerSecond(double deliveredBitsPerSecond, double bitsAQuestion, double halfLifeMs) {
        Map<Part, Double> demand = new HashMap<>();
        Map<Part, Double> covered = new HashMap<>();
        double rest = deliveredBitsPerSecond;
        if (deliveredBitsPerSecond > 0) {
            double sent = sentBitsPerSecond(demand, covered, halfLifeMs);
            double factor = sent > deliveredBitsPerSecond ? deliveredBitsPerSecond / sent : 1;
            demand.replaceAll((part, bits) -> bits * factor);
            rest = deliveredBitsPerSecond - sent * factor;
        }
        double proven = 0;
        double unproven = 0;
        for (Part part : parts.values()) {
            double uncovered = uncovered(part, covered, halfLifeMs);
            proven += part.proven ? uncovered : 0;
            unproven += part.proven ? 0 : uncovered;
        }
        double weight = proven > 0 && unproven > MOST_UNPROVEN * proven ? MOST_UNPROVEN * proven / unproven : 1;
        double questions = proven + weight * unproven;
        double each = deliveredBitsPerSecond <= 0 ? bitsAQuestion : questions > 0 ? rest / questions : 0;
        for (Part part : parts.values()) {
            double uncovered = uncovered(part, covered, halfLifeMs);
            demand.merge(part, each * (part.proven ? uncovered : weight * uncovered), Double::sum);
        }
        return demand;
    }

    private double uncovered(Part part, Map<Part, Double> covered, double halfLifeMs) {
        return part.questions(nowMs, halfLifeMs) * (1 - Math.min(1, covered.getOrDefault(part, 0.0)));
    }

    /** Adds up what was sent to networks of which it is known whose demand it is, and which share of each part's is accounted for by that. */
    private double sentBitsPerSecond(Map<Part, Double> demand, Map<Part, Double> covered, double halfLifeMs) {
        long sinceMs = parts.values().stream()
                .mapToLong(Part::sentSinceMs)
                .filter(each -> each > 0)
                .min()
                .orElse(nowMs);
        double sum = 0;
        for (Part network : parts.values()) {
            double bits = network.sentBitsPerSecond(nowMs, sinceMs, halfLifeMs);
            if (bits <= 0) {
                continue;
            }
            List<Tie> resolvers = resolversOf.getOrDefault(network.prefix, List.of());
            double weights = resolvers.stream().mapToDouble(Tie::weight).sum();
            for (Tie resolver : resolvers) {
                demand.merge(resolver.part, bits * resolver.weight / weights, Double::sum);
                covered.merge(resolver.part, share(resolver), Double::sum);
            }
            if (resolvers.isEmpty() && network.questions(nowMs, halfLifeMs) > 0) {
                demand.merge(network, bits, Double::sum);
                covered.put(network, 1.0);
            } else if (resolvers.isEmpty()) {
                bits = 0;
            }
            sum += bits;
        }
        return sum;
    }

    /** What share of a resolver's clients one network is. */
    private double share(Tie of) {
        ResolverPopularity known = of.part.popularity;
        double all = known == null
                ? 0
                : known.getClients().stream()
                        .mapToDouble(ResolverClients::getWeight)
                        .sum();
        return all > 0 ? of.weight / all : 0;
    }
}
