package io.fairlead.model.popularity;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The networks of clients that beacons have tied to one resolver, each with its beacons, which halve with time.
 *
 * <p>A beacon can be fetched by anybody who is a client of the resolver, as often as he likes. So what one network weighs is bounded, and networks give way only to one that has been seen more often than
 * the lightest of them: who would outweigh the clients that are there must fetch from more networks than they are in. Plain mutable state for one owner.
 */
public final class TiedClients {

    /** Networks that are kept of a resolver. */
    public static final int MOST_NETWORKS = 32;

    /** Beacons of one network that count at most. */
    public static final double MOST_OF_ONE = 8;

    /** A network with less left of it is forgotten. */
    private static final double LEAST_WEIGHT = 0.25;

    private final Map<String, Tie> ties = new HashMap<>();

    /** Beacons at a time. */
    private record Tie(double weight, long atMs) {

        double at(long nowMs, double halfLifeMs) {
            return weight * Math.pow(2, (double) -Math.max(0, nowMs - atMs) / halfLifeMs);
        }
    }

    /**
     * What one network is of a resolver's clients.
     *
     * @param prefix its /24 or /48
     * @param weight decayed beacons, {@link #MOST_OF_ONE} at most
     */
    public record Client(String prefix, double weight) {}

    /** A beacon was fetched from a network, and asked for by the resolver. */
    public void tied(String prefix, long atMs, double halfLifeMs) {
        Tie known = ties.get(prefix);
        if (known == null && ties.size() >= MOST_NETWORKS && !makePlace(atMs, halfLifeMs)) {
            return;
        }
        long newestMs = known == null ? atMs : Math.max(known.atMs, atMs);
        double before = known == null ? 0 : known.at(newestMs, halfLifeMs);
        double more = Math.pow(2, (double) (atMs - newestMs) / halfLifeMs);
        ties.put(prefix, new Tie(Math.min(MOST_OF_ONE, before + more), newestMs));
    }

    /** Takes one from the lightest network, so that a new one has its place when it comes again; whether it is gone by that. */
    private boolean makePlace(long nowMs, double halfLifeMs) {
        Optional<Map.Entry<String, Tie>> lightest = ties.entrySet().stream()
                .min(Comparator.comparingDouble(
                                (Map.Entry<String, Tie> each) -> each.getValue().at(nowMs, halfLifeMs))
                        .thenComparing(Map.Entry::getKey));
        if (lightest.isEmpty()) {
            return true;
        }
        double left = lightest.get().getValue().at(nowMs, halfLifeMs) - 1;
        if (left < LEAST_WEIGHT) {
            ties.remove(lightest.get().getKey());
            return true;
        }
        ties.put(lightest.get().getKey(), new Tie(left, nowMs));
        return false;
    }

    /** Those that are left, the heaviest first. */
    public List<Client> clients(long nowMs, double halfLifeMs) {
        List<Client> clients = new ArrayList<>();
        ties.forEach((prefix, tie) -> {
            double weight = tie.at(nowMs, halfLifeMs);
            if (weight >= LEAST_WEIGHT) {
                clients.add(new Client(prefix, weight));
            }
        });
        clients.sort(Comparator.comparingDouble(Client::weight).reversed().thenComparing(Client::prefix));
        return clients;
    }

    /** When the newest was seen, ms since the Unix epoch; 0: none was. */
    public long newestMs() {
        return ties.values().stream().mapToLong(Tie::atMs).max().orElse(0);
    }

    /** Writes it down for {@link #read}. */
    public void write(DataOutput out) throws IOException {
        out.writeByte(ties.size());
        for (Map.Entry<String, Tie> each : ties.entrySet()) {
            out.writeUTF(each.getKey());
            out.writeDouble(each.getValue().weight);
            out.writeLong(each.getValue().atMs);
        }
    }

    /** What was written down. */
    public static TiedClients read(DataInput in) throws IOException {
        TiedClients read = new TiedClients();
        for (int left = in.readUnsignedByte(); left > 0; left--) {
            read.ties.put(in.readUTF(), new Tie(in.readDouble(), in.readLong()));
        }
        return read;
    }
}
