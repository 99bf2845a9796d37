package io.fairlead.lab.names;

import io.fairlead.schemas.telemetry.BeaconFetched;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.ResolverRtt;
import io.fairlead.schemas.telemetry.RttSource;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.WireEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;

/**
 * What delivery edges would tell, one for each group: that they are there and what they send, every half second, beacons that were fetched, and round trips of half of the clients that came to
 * them. A site that has failed tells nothing. For one thread.
 */
final class DeliverySites implements AutoCloseable {

    private static final double MEASURED = 0.5;
    private static final double NOISE = 0.05;
    private static final long US_PER_MS = 1_000;

    private final NameWorld world;
    private final RandomGenerator random;
    private final KafkaProducer<byte[], byte[]> producer;
    private final long epochMs;
    private final Map<String, long[]> lanes = new HashMap<>();
    private final List<Map<NameWorld.Clients, double[]>> came = new ArrayList<>(); // by site: bits, questions

    DeliverySites(NameWorld world, Map<String, Object> kafka, long nowMs, RandomGenerator random) {
        this.world = world;
        this.random = random;
        this.epochMs = nowMs;
        Map<String, Object> client = new HashMap<>(kafka);
        client.put("linger.ms", "5");
        client.put("client.id", "fairlead-sites");
        client.put("max.block.ms", "1000");
        producer = new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer());
        world.sites().forEach(site -> came.add(new HashMap<>()));
    }

    /** Id of the edge of a group. */
    static String edge(NameWorld.Site site) {
        return "edge-" + site.id();
    }

    /** Clients were sent to a site. */
    void came(int site, NameWorld.Clients clients, double bits) {
        double[] sums = came.get(site).computeIfAbsent(clients, each -> new double[2]);
        sums[0] += bits;
        sums[1]++;
    }

    /** Clients' page has fetched a beacon from a site, which is told at once; their round trip is measured by it, too. */
    void fetched(int site, NameWorld.Clients clients, String beacon, long nowMs) {
        came(site, clients, 0);
        String edge = edge(world.sites().get(site));
        TelemetryHeader header = header(Topics.TELEMETRY_RESOLVERS, edge, clients.prefix(), nowMs);
        send(
                Topics.TELEMETRY_RESOLVERS,
                clients.prefix(),
                header,
                BeaconFetched.newBuilder()
                        .setHeader(header)
                        .setBeacon(beacon)
                        .setPrefix(clients.prefix())
                        .build());
    }

    /** @param intervalMs since this was told last */
    void report(int site, long intervalMs, long nowMs) {
        NameWorld.Site which = world.sites().get(site);
        double bits =
                came.get(site).values().stream().mapToDouble(sums -> sums[0]).sum();
        EdgeReport report = new EdgeReport();
        report.setKind("relay-client");
        report.setVersion("simulated");
        report.setUptimeMs(nowMs - epochMs);
        report.setJobSilenceMs(Map.of());
        report.setApplied(List.of());
        report.setPublished(List.of());
        report.setProcessCpuLoad(-1);
        report.setGroupId(which.id());
        report.setDeliveredBitsPerSecond(1_000 * bits / intervalMs);
        report.setHeader(header(Topics.TELEMETRY_EDGES, edge(which), edge(which), nowMs));
        report.setLinkAddress("");
        report.setViewerAddress("");
        send(Topics.TELEMETRY_EDGES, edge(which), report.getHeader(), report);
    }

    /** What the kernel measured since this was told last; then all is forgotten. */
    void roundTrips(int site, long intervalMs, long nowMs) {
        NameWorld.Site which = world.sites().get(site);
        came.get(site).forEach((clients, sums) -> {
            if (Math.floorMod(clients.prefix().hashCode(), 100) >= 100 * MEASURED) {
                return; // connections of these are too short, or over QUIC
            }
            double ms = world.ms(clients.node(), site) * (1 + NOISE * Math.abs(random.nextGaussian()));
            String key = clients.prefix();
            TelemetryHeader header = header(Topics.TELEMETRY_RESOLVERS, edge(which), key, nowMs);
            send(
                    Topics.TELEMETRY_RESOLVERS,
                    key,
                    header,
                    ResolverRtt.newBuilder()
                            .setHeader(header)
                            .setSource(RttSource.CLIENT)
                            .setPrefix(clients.prefix())
                            .setGroupId(which.id())
                            .setSamples((long) sums[1])
                            .setMinUs((long) (0.95 * ms * US_PER_MS))
                            .setMedianUs((long) (ms * US_PER_MS))
                            .setSentBytes((long) (sums[0] / Byte.SIZE))
                            .setIntervalMs(intervalMs)
                            .build());
        });
        forget(site);
    }

    void forget(int site) {
        came.get(site).clear();
    }

    private TelemetryHeader header(TopicSpec topic, String edge, String key, long nowMs) {
        int partition = Utils.toPositive(Utils.murmur2(key.getBytes(StandardCharsets.UTF_8))) % topic.partitions();
        long[] lane = lanes.computeIfAbsent(topic.name() + ' ' + edge, each -> new long[topic.partitions()]);
        return new TelemetryHeader(edge, epochMs, partition, lane[partition]++, nowMs);
    }

    private void send(TopicSpec topic, String key, TelemetryHeader header, SpecificRecord record) {
        producer.send(new ProducerRecord<>(
                topic.name(), header.getPartition(), key.getBytes(StandardCharsets.UTF_8), WireEncoder.encode(record)));
    }

    @Override
    public void close() {
        producer.close();
    }
}
