package io.fairlead.jobs.resolvers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.model.popularity.NameServerSet;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.decisions.NameServerShare;
import io.fairlead.schemas.decisions.PopularityVerdict;
import io.fairlead.schemas.decisions.ResolverClients;
import io.fairlead.schemas.decisions.ResolverPopularity;
import io.fairlead.schemas.telemetry.BeaconAsked;
import io.fairlead.schemas.telemetry.BeaconFetched;
import io.fairlead.schemas.telemetry.ResolverRtt;
import io.fairlead.schemas.telemetry.ResolverTally;
import io.fairlead.schemas.telemetry.RttSource;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.WireEncoder;
import io.fairlead.schemas.wire.WireReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Queue;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedBroadcastOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What name servers tell of resolvers goes through reader, watch and calibration, which are killed and started again. */
class ResolverWatchTest {

    private static final long START_MS = 1_700_000_000_000L;
    private static final long LOOK_MS = 5_000;
    private static final long HOUR_MS = 3_600_000;
    private static final String RESOLVER = "192.0.2.7";
    private static final Map<String, String> GROUPS = Map.of("ns-ams", "ams", "ns-fra", "fra", "ns-par", "par");
    private static final Map<String, Long> SINCE = Map.of("ns-ams", 1L, "ns-fra", 1L, "ns-par", 1L);

    private final WireReader wire = new WireReader(SchemaDirectory.builtIn());
    private final List<RawRecord> dead = new ArrayList<>();
    private OneInputStreamOperatorTestHarness<RawRecord, ResolverSignal> reader;
    private KeyedOneInputStreamOperatorTestHarness<String, BeaconEnd, ResolverSignal> join;
    private KeyedBroadcastOperatorTestHarness<String, ResolverSignal, Offer, RawRecord> watch;
    private KeyedOneInputStreamOperatorTestHarness<String, RawRecord, RawRecord> calibration;
    private long nowMs = START_MS;
    private int read;

    @BeforeEach
    void start() throws Exception {
        reader = new OneInputStreamOperatorTestHarness<>(
                new ProcessOperator<>(new ResolverReader("127.0.0.1:1", new Properties())));
        reader.setup(ResolverSignal.TYPE.createSerializer(
                new org.apache.flink.api.common.serialization.SerializerConfigImpl()));
        reader.open();
        join = new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(new BeaconJoin()), BeaconEnd::beacon, Types.STRING);
        join.setProcessingTime(nowMs);
        join.open();
        start(null, null);
        offer(new NameServerSet(SINCE, 0, 0));
    }

    private void start(@Nullable OperatorSubtaskState ofWatch, @Nullable OperatorSubtaskState ofCalibration)
            throws Exception {
        watch = new KeyedBroadcastOperatorTestHarness<>(
                new CoBroadcastWithKeyedOperator<>(new ResolverWatch(LOOK_MS), List.of(ResolverWatch.OFFERS)),
                ResolverSignal::resolver,
                Types.STRING,
                1,
                1,
                0);
        watch.setup(
                RawRecords.TYPE.createSerializer(new org.apache.flink.api.common.serialization.SerializerConfigImpl()));
        calibration = new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(new Calibration()), record -> "all", Types.STRING);
        if (ofWatch != null) {
            watch.initializeState(ofWatch);
            calibration.initializeState(ofCalibration);
        }
        watch.setProcessingTime(nowMs);
        watch.open();
        calibration.setProcessingTime(nowMs);
        calibration.open();
        calibration.processElement(new StreamRecord<>(Calibration.BEGIN));
        read = 0;
    }

    @AfterEach
    void stop() throws Exception {
        reader.close();
        join.close();
        watch.close();
        calibration.close();
    }

    private void offer(NameServerSet set) throws Exception {
        watch.processBroadcastElement(new StreamRecord<>(new Offer(GROUPS, set, -1, null)));
    }

    private void asked(String resolver, String nameServer, long questions, long proven) throws Exception {
        reader.setProcessingTime(nowMs);
        reader.processElement(new StreamRecord<>(raw(ResolverTally.newBuilder()
                .setHeader(new TelemetryHeader(nameServer, 1L, 0, 0L, nowMs))
                .setResolver(resolver)
                .setIntervalMs(5_000)
                .setQuestions(questions)
                .setProvenQuestions(proven)
                .setTcpQuestions(0)
                .build())));
        toWatch();
    }

    private void toWatch() throws Exception {
        for (Object signal : reader.getOutput()) {
            watch.processElement(new StreamRecord<>((ResolverSignal) ((StreamRecord<?>) signal).getValue()));
        }
        reader.getOutput().clear();
    }

    /** A name server heard a resolver ask for a beacon. */
    private void askedFor(String beacon, String resolver) throws Exception {
        read(BeaconAsked.newBuilder()
                .setHeader(new TelemetryHeader("ns-ams", 1L, 0, 0L, nowMs))
                .setBeacon(beacon)
                .setResolver(resolver)
                .build());
    }

    /** An edge gave a beacon to a client of a network. */
    private void fetched(String beacon, String network) throws Exception {
        read(BeaconFetched.newBuilder()
                .setHeader(new TelemetryHeader("edge-fra", 1L, 0, 0L, nowMs))
                .setBeacon(beacon)
                .setPrefix(network)
                .build());
    }

    private void read(SpecificRecordBase record) throws Exception {
        reader.setProcessingTime(nowMs);
        reader.processElement(new StreamRecord<>(raw(record)));
        toWatch();
        Queue<StreamRecord<BeaconEnd>> ends = reader.getSideOutput(ResolverReader.BEACONS);
        for (StreamRecord<BeaconEnd> end = ends.poll(); end != null; end = ends.poll()) {
            join.processElement(new StreamRecord<>(end.getValue()));
        }
        for (ResolverSignal tied : join.extractOutputValues()) {
            watch.processElement(new StreamRecord<>(tied));
        }
        join.getOutput().clear();
    }

    private static RawRecord raw(SpecificRecordBase record) {
        return new RawRecord(Topics.TELEMETRY_RESOLVERS.name(), 0, 0, Long.MAX_VALUE, null, WireEncoder.encode(record));
    }

    private void measured(String resolver, String nameServer, double rttMs) throws Exception {
        watch.processElement(new StreamRecord<>(new ResolverSignal.Measured(resolver, nameServer, nowMs, rttMs, 20)));
    }

    /** An agent beside a group measured it. */
    private void probed(String resolver, String group, double rttMs) throws Exception {
        reader.setProcessingTime(nowMs);
        reader.processElement(new StreamRecord<>(raw(ResolverRtt.newBuilder()
                .setHeader(new TelemetryHeader("agent-" + group, 1L, 0, 0L, nowMs))
                .setSource(RttSource.PROBE)
                .setPrefix(resolver + "/32")
                .setGroupId(group)
                .setSamples(10)
                .setMinUs((long) (1_000 * rttMs))
                .setMedianUs((long) (1_000 * rttMs))
                .setIntervalMs(3_600_000)
                .build())));
        toWatch();
    }

    /** Lets time go by, and takes what was told then. */
    private List<ResolverPopularity> after(long ms) throws Exception {
        nowMs += ms;
        watch.setProcessingTime(nowMs);
        calibration.setProcessingTime(nowMs);
        List<StreamRecord<? extends RawRecord>> judged = new ArrayList<>(watch.extractOutputStreamRecords());
        for (StreamRecord<? extends RawRecord> each : judged.subList(read, judged.size())) {
            calibration.processElement(new StreamRecord<>(each.getValue()));
        }
        read = judged.size();
        List<ResolverPopularity> told = new ArrayList<>();
        for (StreamRecord<? extends RawRecord> each : calibration.extractOutputStreamRecords()) {
            byte[] value = each.getValue().value();
            SpecificRecord record = value == null ? null : wire.read(value);
            if (record == null) {
                dead.add(each.getValue());
            } else if (record instanceof ResolverPopularity popularity) {
                told.add(popularity);
            } else {
                assertThat(record).isInstanceOf(JobHeartbeat.class);
            }
        }
        calibration.getOutput().clear();
        return told;
    }

    @Test
    void whoAsksOneNameServerMostIsMappedByIt() throws Exception {
        asked(RESOLVER, "ns-ams", 160, 160);
        asked(RESOLVER, "ns-fra", 30, 30);
        List<ResolverPopularity> told = after(LOOK_MS);
        assertThat(told).singleElement().satisfies(one -> {
            assertThat(one.getVerdict()).isEqualTo(PopularityVerdict.PREFERS);
            assertThat(one.getPreferred()).isEqualTo("ns-ams");
            assertThat(one.getGroupId()).isEqualTo("ams");
            assertThat(one.getShares()).extracting(NameServerShare::getGroupId).containsExactly("ams", "fra", "par");
            assertThat(one.getVersion().getJobEpoch()).isEqualTo(START_MS);
            assertThat(one.getReason()).startsWith("83 % of 190 questions went to ns-ams");
        });
        assertThat(after(LOOK_MS)).as("nothing has changed").isEmpty();
    }

    /** A million questions that anybody could have forged. */
    @Test
    void forgedQuestionsMoveNobody() throws Exception {
        asked(RESOLVER, "ns-ams", 160, 160);
        after(LOOK_MS);
        asked(RESOLVER, "ns-par", 1_000_000, 0);
        assertThat(after(LOOK_MS)).isEmpty();
    }

    /** Not even one who can prove to be the resolver moves it more than once an hour. */
    @Test
    void nobodyIsMappedAnewTwiceWithinAnHour() throws Exception {
        asked(RESOLVER, "ns-ams", 160, 160);
        after(LOOK_MS);
        asked(RESOLVER, "ns-par", 10_000, 10_000);
        assertThat(after(LOOK_MS)).singleElement().satisfies(one -> {
            assertThat(one.getVerdict()).isEqualTo(PopularityVerdict.PREFERS);
            assertThat(one.getShares().get(0).getNameServer()).isEqualTo("ns-par");
            assertThat(one.getPreferred()).isEqualTo("ns-ams");
            assertThat(one.getReason()).contains("mapped anew not long ago");
        });
        assertThat(after(2 * HOUR_MS))
                .last()
                .extracting(ResolverPopularity::getPreferred)
                .isEqualTo("ns-par");
    }

    @Test
    void whoAsksEvenlySaysNothing() throws Exception {
        for (String nameServer : SINCE.keySet()) {
            asked(RESOLVER, nameServer, 100, 100);
        }
        assertThat(after(LOOK_MS)).singleElement().satisfies(one -> {
            assertThat(one.getVerdict()).isEqualTo(PopularityVerdict.INDIFFERENT);
            assertThat(one.getPreferred()).isEmpty();
        });
    }

    /** What an agent beside fra measures is the way to ns-fra, too. */
    @Test
    void agentsContradictAPreferenceAndKeepNobodyAliveWhoDoesNotAsk() throws Exception {
        asked(RESOLVER, "ns-ams", 160, 160);
        probed(RESOLVER, GROUPS.get("ns-ams"), 180);
        probed(RESOLVER, GROUPS.get("ns-fra"), 12);
        assertThat(after(LOOK_MS)).singleElement().satisfies(one -> {
            assertThat(one.getVerdict()).isEqualTo(PopularityVerdict.CONTRADICTED);
            assertThat(one.getShares())
                    .filteredOn(share -> share.getNameServer().equals("ns-fra"))
                    .singleElement()
                    .satisfies(share -> assertThat(share.getRttMs()).isCloseTo(12, within(0.01)));
        });
        nowMs += 24L * 3_600_000;
        probed(RESOLVER, GROUPS.get("ns-fra"), 12);
        after(3_600_000);
        assertThat(dead).as("it is taken back").isNotEmpty();
    }

    /** A forwarder that is pinned to one name server passes the gate; the round trip has the last word. */
    @Test
    void aPinnedForwarderIsFoundByItsRoundTrips() throws Exception {
        asked(RESOLVER, "ns-ams", 160, 160);
        measured(RESOLVER, "ns-ams", 180);
        measured(RESOLVER, "ns-fra", 12);
        assertThat(after(LOOK_MS)).singleElement().satisfies(one -> {
            assertThat(one.getVerdict()).isEqualTo(PopularityVerdict.CONTRADICTED);
            assertThat(one.getPreferred()).isEmpty();
            assertThat(one.getReason()).contains("the way to ns-fra was measured to be far shorter");
        });
    }

    @Test
    void whileANameServerIsOutWhatWasKnownStays() throws Exception {
        asked(RESOLVER, "ns-ams", 160, 160);
        after(LOOK_MS);
        offer(new NameServerSet(SINCE, 1, 0));
        asked(RESOLVER, "ns-fra", 10_000, 10_000);
        assertThat(after(2 * HOUR_MS)).first().satisfies(one -> {
            assertThat(one.getVerdict()).isEqualTo(PopularityVerdict.UNSETTLED);
            assertThat(one.getPreferred()).isEqualTo("ns-ams");
        });
    }

    @Test
    void sharesAreWorthWhatOthersWithRoundTripsTeach() throws Exception {
        for (int i = 0; i < 40; i++) {
            String other = "198.51.100." + i;
            asked(other, "ns-ams", 160, 160);
            asked(other, "ns-fra", 20, 20);
            measured(other, "ns-ams", 15 + i % 3);
            measured(other, "ns-fra", 80 + i % 5);
        }
        after(LOOK_MS);
        asked(RESOLVER, "ns-par", 160, 160);
        asked(RESOLVER, "ns-ams", 20, 20);
        assertThat(after(LOOK_MS)).singleElement().satisfies(one -> {
            assertThat(one.getShares().get(0).getCalibratedMs()).isBetween(13.0, 19.0);
            assertThat(one.getShares().get(1).getCalibratedMs()).isBetween(70.0, 95.0);
            assertThat(one.getShares().get(0).getRttMs()).isEqualTo(-1);
        });
    }

    @Test
    void aRestartForgetsNothingAndItsVersionsAreGreater() throws Exception {
        asked(RESOLVER, "ns-ams", 20, 20);
        long before = after(LOOK_MS).get(0).getVersion().getJobEpoch();
        OperatorSubtaskState ofWatch = watch.snapshot(1, nowMs);
        OperatorSubtaskState ofCalibration = calibration.snapshot(1, nowMs);
        watch.close();
        calibration.close();
        start(ofWatch, ofCalibration);
        asked(RESOLVER, "ns-ams", 20, 20);
        assertThat(after(LOOK_MS)).last().satisfies(one -> {
            assertThat(one.getVerdict()).as("the 20 of before and the 20 since").isEqualTo(PopularityVerdict.PREFERS);
            assertThat(one.getVersion().getJobEpoch()).isGreaterThan(before);
        });
    }

    private List<String> clientsAfterALook() throws Exception {
        asked(RESOLVER, "ns-ams", 1, 1);
        List<ResolverPopularity> told = after(LOOK_MS);
        return told.isEmpty()
                ? List.of()
                : told.get(told.size() - 1).getClients().stream()
                        .map(ResolverClients::getPrefix)
                        .toList();
    }

    @Test
    void aBeaconTiesAResolverToItsClientsWhicheverEndIsHeardFirst() throws Exception {
        askedFor("b1", RESOLVER);
        fetched("b1", "198.51.100.0/24");
        fetched("b2", "203.0.113.0/24");
        askedFor("b2", RESOLVER);
        fetched("b3", "198.51.100.0/24");
        askedFor("b3", RESOLVER);
        askedFor("b4", RESOLVER);
        fetched("b5", "10.0.0.0/24");
        assertThat(clientsAfterALook())
                .as("the fourth was never fetched, the fifth never asked for")
                .containsExactly("198.51.100.0/24", "203.0.113.0/24");
    }

    /** Whoever fetches another's beacon once more, or after its time, says nothing by that. */
    @Test
    void aBeaconCountsOnceAndForTwoMinutes() throws Exception {
        askedFor("b1", RESOLVER);
        fetched("b1", "198.51.100.0/24");
        fetched("b1", "203.0.113.0/24");
        askedFor("b1", RESOLVER);
        askedFor("b2", RESOLVER);
        nowMs += BeaconJoin.GOOD_MS + 1;
        join.setProcessingTime(nowMs);
        fetched("b2", "203.0.113.0/24");
        asked(RESOLVER, "ns-ams", 1, 1);
        assertThat(after(LOOK_MS))
                .last()
                .satisfies(one -> assertThat(one.getClients()).singleElement().satisfies(each -> {
                    assertThat(each.getPrefix()).isEqualTo("198.51.100.0/24");
                    assertThat(each.getWeight()).isCloseTo(1, within(0.01));
                }));
    }

    @Test
    void ofAllResolversThatAskForABeaconOnlyTheFirstFourAreTied() throws Exception {
        for (int i = 0; i < 20; i++) {
            askedFor("b1", "192.0.2." + i);
        }
        fetched("b1", "198.51.100.0/24");
        assertThat(after(LOOK_MS)).hasSize(BeaconJoin.MOST_RESOLVERS);
    }

    @Test
    void aRestartForgetsNoClients() throws Exception {
        askedFor("b1", RESOLVER);
        fetched("b1", "198.51.100.0/24");
        after(LOOK_MS);
        OperatorSubtaskState ofWatch = watch.snapshot(1, nowMs);
        OperatorSubtaskState ofCalibration = calibration.snapshot(1, nowMs);
        watch.close();
        calibration.close();
        start(ofWatch, ofCalibration);
        assertThat(clientsAfterALook()).containsExactly("198.51.100.0/24");
    }

    @Test
    void whoIsSilentForADayIsForgotten() throws Exception {
        asked(RESOLVER, "ns-ams", 160, 160);
        after(LOOK_MS);
        for (int hour = 0; hour < 30 && dead.isEmpty(); hour++) {
            after(HOUR_MS);
        }
        assertThat(dead).singleElement().satisfies(gone -> assertThat(
                        new String(gone.key(), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo(RESOLVER));
        asked(RESOLVER, "ns-ams", 1, 1);
        assertThat(after(LOOK_MS)).singleElement().satisfies(one -> assertThat(one.getCount())
                .isCloseTo(1, within(0.01)));
    }
}
