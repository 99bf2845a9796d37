package io.fairlead.nameserver.probe;

import io.fairlead.edge.EdgeKit;
import io.fairlead.edge.EdgeKitSettings;
import io.fairlead.edge.report.EdgeLoad;
import io.fairlead.edge.table.Decision;
import io.fairlead.edge.table.TableListener;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.schemas.decisions.ResolverPopularity;
import io.fairlead.schemas.topics.Topics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.SplittableRandom;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** A monitoring agent put together: resolvers from {@code decisions.popularity}, round trips to {@code telemetry.resolvers}, health and metrics. */
public final class ProbeEdge implements AutoCloseable {

    /** Kind that its reports say. */
    public static final String KIND = "probe";

    private final EdgeKit kit;
    private final ResolverProbes probes;

    private ProbeEdge(ProbeSettings settings, EdgeKit kit) throws IOException {
        this.kit = kit;
        InstantSource clock = InstantSource.system();
        Targets targets = new Targets(settings, new SplittableRandom());
        kit.decisions(Topics.DECISIONS_POPULARITY, (key, record) -> read(key, record, settings.groupId()))
                .listen(new TableListener<Decision<Boolean>>() {
                    @Override
                    public void put(String resolver, Decision<Boolean> measured) {
                        targets.wanted(resolver, measured.value(), clock.millis());
                    }

                    @Override
                    public void removed(String resolver) {
                        targets.gone(resolver);
                    }
                });
        kit.start(EdgeLoad::none);
        probes = ResolverProbes.start(
                settings, targets, kit.publisher()::offer, clock, new SplittableRandom(System.nanoTime()));
        probes.bindTo(kit.metrics());
    }

    /** Whether the way from a resolver to the group is known; null: it is no resolver's address. */
    static @Nullable Decision<Boolean> read(String key, SpecificRecord record, String groupId) {
        if (!(record instanceof ResolverPopularity popularity) || !key.equals(popularity.getResolver())) {
            return null;
        }
        try {
            AddressPrefix.address(key);
        } catch (IllegalArgumentException e) {
            return null;
        }
        boolean measured = popularity.getShares().stream()
                .anyMatch(each -> each.getGroupId().equals(groupId) && each.getRttMs() >= 0);
        return new Decision<>(
                measured,
                popularity.getVersion().getJobEpoch(),
                popularity.getVersion().getCounter(),
                popularity.getIssuedAtMs(),
                0);
    }

    /**
     * Starts one.
     *
     * @throws IOException if the admin's address can't be bound, no socket be opened or the data directory not be used; nothing is left behind
     */
    public static ProbeEdge start(ProbeSettings settings, EdgeKitSettings kitSettings) throws IOException {
        EdgeKit kit = EdgeKit.open(
                kitSettings,
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                InstantSource.system(),
                System::nanoTime);
        try {
            return new ProbeEdge(settings, kit);
        } catch (IOException | RuntimeException e) {
            try {
                kit.close();
            } catch (IOException also) {
                e.addSuppressed(also);
            }
            throw e;
        }
    }

    public InetSocketAddress adminAddress() {
        return kit.adminAddress();
    }

    /** Asks no more, and gives everything back. */
    @Override
    public void close() throws IOException {
        kit.drain();
        probes.close();
        kit.close();
    }
}
