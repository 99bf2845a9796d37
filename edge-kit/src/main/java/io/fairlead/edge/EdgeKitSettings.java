package io.fairlead.edge;

import io.fairlead.edge.publish.PublisherSettings;
import io.fairlead.edge.table.TableSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Settings of an edge kit. Begin with {@link #of} and change what differs.
 *
 * @param edgeId name of the edge, unique in the deployment: letters, digits, {@code . _ -}, at most 128
 * @param kind what sort of edge it is, such as {@code supernode}
 * @param version of the program
 * @param kafka properties that every Kafka client of this process has: {@code bootstrap.servers}, security
 * @param dataDir of this edge alone: spool, epoch, snapshots
 * @param adminAddress of health and metrics; port 0: any that is free
 * @param publisher bounds of telemetry
 * @param tables of decisions and config
 * @param jobSilenceMs a job is silent when its newest heartbeat is older
 * @param reportIntervalMs between two reports of the edge
 */
public record EdgeKitSettings(
        String edgeId,
        String kind,
        String version,
        Map<String, String> kafka,
        Path dataDir,
        InetSocketAddress adminAddress,
        PublisherSettings publisher,
        TableSettings tables,
        long jobSilenceMs,
        int reportIntervalMs) {

    private static final Pattern EDGE_ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final String BOOTSTRAP = "bootstrap.servers";

    public EdgeKitSettings {
        kafka = Map.copyOf(kafka);
        if (!EDGE_ID.matcher(edgeId).matches()) {
            throw new IllegalArgumentException("The edge id is \"" + edgeId
                    + "\" but must be 1 to 128 letters, digits, dots, underscores or hyphens");
        }
        if (kafka.getOrDefault(BOOTSTRAP, "").isBlank()) {
            throw new IllegalArgumentException(
                    "No address of Kafka is given; set " + BOOTSTRAP + " to HOST:PORT[,HOST:PORT…]");
        }
        if (jobSilenceMs < 1 || reportIntervalMs < 1) {
            throw new IllegalArgumentException("jobSilenceMs is " + jobSilenceMs + " and reportIntervalMs is "
                    + reportIntervalMs + " but both must be at least 1");
        }
    }

    /** Defaults for an edge: admin on the loopback, any free port. */
    public static EdgeKitSettings of(
            String edgeId, String kind, String version, String bootstrapServers, Path dataDir) {
        return new EdgeKitSettings(
                edgeId,
                kind,
                version,
                Map.of(BOOTSTRAP, bootstrapServers),
                dataDir,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                PublisherSettings.defaults(),
                TableSettings.defaults(),
                60_000,
                1_000);
    }

    /** With further properties of every Kafka client, such as its security. */
    public EdgeKitSettings withKafka(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(kafka);
        all.putAll(more);
        return new EdgeKitSettings(
                edgeId, kind, version, all, dataDir, adminAddress, publisher, tables, jobSilenceMs, reportIntervalMs);
    }

    public EdgeKitSettings withAdminAddress(InetSocketAddress address) {
        return new EdgeKitSettings(
                edgeId, kind, version, kafka, dataDir, address, publisher, tables, jobSilenceMs, reportIntervalMs);
    }

    public EdgeKitSettings withPublisher(PublisherSettings other) {
        return new EdgeKitSettings(
                edgeId, kind, version, kafka, dataDir, adminAddress, other, tables, jobSilenceMs, reportIntervalMs);
    }

    public EdgeKitSettings withTables(TableSettings other) {
        return new EdgeKitSettings(
                edgeId, kind, version, kafka, dataDir, adminAddress, publisher, other, jobSilenceMs, reportIntervalMs);
    }

    public EdgeKitSettings withJobSilenceMs(long ms) {
        return new EdgeKitSettings(
                edgeId, kind, version, kafka, dataDir, adminAddress, publisher, tables, ms, reportIntervalMs);
    }
}
