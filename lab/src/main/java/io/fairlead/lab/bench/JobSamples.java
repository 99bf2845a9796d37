package io.fairlead.lab.bench;

import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.DeliveryAddress;
import io.fairlead.schemas.config.DeliveryGroup;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.ExitConnected;
import io.fairlead.schemas.telemetry.ExitHeartbeat;
import io.fairlead.schemas.telemetry.LegEnd;
import io.fairlead.schemas.telemetry.LegReport;
import io.fairlead.schemas.telemetry.PoolType;
import io.fairlead.schemas.telemetry.ResolverTally;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.topics.Topics;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.avro.specific.SpecificRecord;

/** Telemetry as 2 000 exits, 20 000 resolvers that ask four name servers, and 200 rooms between four relay servers and 50 relay clients would make it. */
final class JobSamples {

    static final List<String> GROUPS = List.of("ams", "gru", "iad", "sin");

    private static final int EXITS = 2_000;
    private static final int RESOLVERS = 20_000;
    private static final int ROOMS = 200;
    private static final int CLIENTS = 50;
    private static final int PARTITIONS = Topics.TELEMETRY_EXITS.partitions();

    private final SplittableRandom random = new SplittableRandom(1);
    private final AtomicLong reports = new AtomicLong();
    private final InstantSource clock;
    private final long epochMs;

    JobSamples(InstantSource clock) {
        this.clock = clock;
        this.epochMs = clock.millis();
    }

    /** Each exit has connected before its first heartbeat. */
    SpecificRecord heartbeat(long number) {
        String exit = "exit-" + number % EXITS;
        if (number < EXITS) {
            return ExitConnected.newBuilder()
                    .setHeader(header("edge-1", number))
                    .setExitId(exit)
                    .setLinkId(exit + "-1")
                    .setAgentEpochMs(epochMs)
                    .setPoolType(PoolType.RESIDENTIAL)
                    .setCountry("fr")
                    .setAsn(3_000 + number % 200)
                    .setConsent(true)
                    .setDeclaredCapacityRequests(8)
                    .build();
        }
        return ExitHeartbeat.newBuilder()
                .setHeader(header("edge-1", number))
                .setExitId(exit)
                .setLinkId(exit + "-1")
                .setAgentEpochMs(epochMs)
                .setPoolType(PoolType.RESIDENTIAL)
                .setAsn(3_000 + number % 200)
                .setPingUs(20_000 + random.nextInt(80_000))
                .setRunningRequests(random.nextInt(8))
                .setRunningHereRequests(random.nextInt(4))
                .setAgentCapacityRequests(8)
                .setConsent(true)
                .build();
    }

    ResolverTally tally(long number) {
        int resolver = random.nextInt(RESOLVERS);
        long questions = 1L + random.nextInt(40);
        return ResolverTally.newBuilder()
                .setHeader(header(nameServer(GROUPS.get(random.nextInt(GROUPS.size()))), number))
                .setResolver("20." + resolver / 65_536 + "." + resolver / 256 % 256 + "." + resolver % 256)
                .setIntervalMs(5_000)
                .setQuestions(questions)
                .setProvenQuestions(questions)
                .setTcpQuestions(0)
                .build();
    }

    /** From either end by turns. */
    LegReport leg(long number) {
        int room = (int) (number / 2 % ROOMS);
        String client = "rc-" + room % CLIENTS;
        String server = relayServer(GROUPS.get(room % GROUPS.size()));
        boolean atServer = number % 2 == 0;
        return LegReport.newBuilder()
                .setHeader(header(atServer ? server : client, number))
                .setEnd(atServer ? LegEnd.RELAY_SERVER : LegEnd.RELAY_CLIENT)
                .setRoom("live/" + room)
                .setRelayClientId(client)
                .setRelayServerId(server)
                .setIntervalMs(10_000)
                .setViewers(25)
                .setCarriers(1)
                .setLinkBytes(1_250_000)
                .setViewerBytes(atServer ? 0 : 31_250_000)
                .setPromotions(random.nextInt(20) == 0 ? 1 : 0)
                .setRttUs(40_000 + random.nextInt(5_000))
                .build();
    }

    DeliveryGroup group(String id) {
        return DeliveryGroup.newBuilder()
                .setGroupId(id)
                .setAuthorship(new Authorship("bench", "to be measured", epochMs, 1L))
                .setAddresses(List.of(new DeliveryAddress("192.0.2." + (1 + GROUPS.indexOf(id)), relayServer(id))))
                .setCapacityBitsPerSecond(40_000_000_000L)
                .setNameServers(List.of(nameServer(id)))
                .build();
    }

    /** Of the name server and the relay server of each group by turns. */
    EdgeReport report() {
        long number = reports.getAndIncrement();
        String group = GROUPS.get((int) (number / 2 % GROUPS.size()));
        boolean names = number % 2 == 0;
        return EdgeReport.newBuilder()
                .setHeader(new TelemetryHeader(
                        names ? nameServer(group) : relayServer(group),
                        epochMs,
                        (int) (number % PARTITIONS),
                        number / PARTITIONS,
                        clock.millis()))
                .setKind(names ? "nameserver" : "relay-server")
                .setVersion("bench")
                .setUptimeMs(1)
                .setOpenConnections(0)
                .setInFlightRequests(0)
                .setExitLinks(0)
                .setExitsOnline(0)
                .setRequests(0)
                .setFailures(0)
                .setLocalScoring(false)
                .setDraining(false)
                .setJobSilenceMs(Map.of())
                .setApplied(List.of())
                .setPublished(List.of())
                .setHeapUsedBytes(1)
                .setDirectMemoryBytes(1)
                .setProcessCpuLoad(0)
                .setGroupId(group)
                .setDeliveredBitsPerSecond(1e9)
                .setLinkAddress(names ? "" : "192.0.2.1:8460")
                .build();
    }

    private TelemetryHeader header(String edge, long number) {
        return new TelemetryHeader(
                edge, epochMs, (int) (number % PARTITIONS), number / PARTITIONS, epochMs + number / 50);
    }

    private static String nameServer(String group) {
        return "ns-" + group;
    }

    private static String relayServer(String group) {
        return "relay-" + group;
    }
}
