package io.fairlead.relay;

import io.fairlead.edge.report.EdgeLoad;
import io.fairlead.edge.table.DecisionReader;
import io.fairlead.relay.client.RelayClient;
import io.fairlead.relay.link.LongLinkCounters;
import io.fairlead.relay.server.RoomPolicies;
import io.fairlead.schemas.topics.Topics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/**
 * A relay client put together with what all edges share: health and metrics, and the report that its delivery group is judged by. Ready when a
 * relay server can be reached.
 */
public final class RelayClientEdge implements AutoCloseable {

    /** Job whose heartbeat says that its plan counts. */
    public static final String PLANNING_JOB = "relays";

    private final RelayClientEdgeSettings settings;
    private final RelayKit kit;
    private final RelayClient client;
    private final DeliveredRate delivered = new DeliveredRate(System::nanoTime);

    private RelayClientEdge(RelayClientEdgeSettings settings, RelayKit kit) throws IOException {
        this.settings = settings;
        this.kit = kit;
        kit.watch("certificate", settings.certificate());
        RelayCertificate forViewers = settings.viewerCertificate();
        if (forViewers != null) {
            kit.watch("certificate for viewers", forViewers);
        }
        RoomPolicies policies = kit.roomPolicies();
        client = RelayClient.start(
                settings.client(),
                System::nanoTime,
                new SharedRandom(),
                kit.reports().withGroup(settings.groupId()));
        try {
            kit.health().readiness("relay servers", this::unreachable);
            client.bindTo(kit.metrics());
            client.obey(policies);
            kit.decisions(
                    Topics.DECISIONS_RELAYS,
                    DecisionReader.relayPlans(),
                    new PlanListener(settings.client().id(), client::follow));
            client.followWhile(() -> !kit.silent(PLANNING_JOB));
            kit.start(this::load);
        } catch (IOException | RuntimeException e) {
            client.close();
            throw e;
        }
    }

    /**
     * Starts one; its links come up by themselves.
     *
     * @throws IOException if an address can't be bound or the data directory not be used; nothing is left behind
     */
    public static RelayClientEdge start(RelayClientEdgeSettings settings) throws IOException {
        RelayKit kit = RelayKit.open(settings.kit(), settings.adminAddress());
        try {
            return new RelayClientEdge(settings, kit);
        } catch (IOException | RuntimeException e) {
            kit.close(e);
            throw e;
        }
    }

    private List<String> unreachable() {
        return client.reachableParents() > 0
                ? List.of()
                : List.of("there is a long link to none of the relay servers "
                        + settings.client().parents() + "; the log says why");
    }

    private EdgeLoad load() {
        return new EdgeLoad(
                client.counters().connections(),
                Math.toIntExact(client.roomCounters().viewers()),
                client.linkCounters().up(),
                0,
                client.counters().accepted(),
                client.counters().turnedAway(),
                !client.planCounts(),
                kit.draining(),
                settings.groupId(),
                delivered.bitsPerSecond(client.roomCounters().bytesOut()),
                "",
                announced());
    }

    /** Where pages find its rooms: as the settings say, else where it listens, if that is an address that others can dial. */
    private String announced() {
        String dialable = RelayKit.dialable(client.address());
        return settings.announced().isEmpty() && !dialable.isEmpty() ? "http://" + dialable : settings.announced();
    }

    public LongLinkCounters linkCounters() {
        return client.linkCounters();
    }

    /** Whether rooms are taken from relay servers as planned. */
    public boolean planCounts() {
        return client.planCounts();
    }

    /** Where viewers connect. */
    public InetSocketAddress address() {
        return client.address();
    }

    public InetSocketAddress adminAddress() {
        return kit.adminAddress();
    }

    /** Says that it goes, takes no more viewers, ends those that are there in order, and gives everything back. */
    @Override
    public void close() throws IOException {
        kit.drain();
        client.close();
        settings.certificate().close();
        RelayCertificate forViewers = settings.viewerCertificate();
        if (forViewers != null) {
            forViewers.close();
        }
        kit.close();
    }

    /** The chance of whatever thread asks. */
    private static final class SharedRandom implements RandomGenerator {
        @Override
        public long nextLong() {
            return ThreadLocalRandom.current().nextLong();
        }
    }
}
