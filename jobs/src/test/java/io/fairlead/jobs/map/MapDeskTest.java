package io.fairlead.jobs.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.fairlead.schemas.config.ConfigRejected;
import io.fairlead.schemas.config.DeliveryAddress;
import io.fairlead.schemas.config.DeliveryGroup;
import io.fairlead.schemas.decisions.GroupChoice;
import io.fairlead.schemas.decisions.GroupPrice;
import io.fairlead.schemas.decisions.GroupState;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapEvidence;
import io.fairlead.schemas.decisions.ResolverClients;
import io.fairlead.schemas.decisions.RollOutState;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.telemetry.RttSource;
import io.fairlead.schemas.telemetry.SubnetTally;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.WireEncoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.Test;

/** The desk of the map, with records as they lie on their topics. */
class MapDeskTest extends MapDeskStage {

    @Test
    void aResolverIsServedByTheGroupWhoseNameServerItPrefers() throws Exception {
        prefers("192.0.2.7", "fra");
        prefers("2001:db8::7", "par");
        firstMap();
        assertThat(servedBy("192.0.2.7/32")).isEqualTo("fra");
        assertThat(servedBy("2001:db8::/64")).isEqualTo("par");
        MapEntry entry = entry("192.0.2.7/32");
        assertThat(entry.getChoices().get(0).getEvidence()).isEqualTo(MapEvidence.POPULARITY);
        assertThat(entry.getChoices()).extracting(GroupChoice::getShare).containsExactly(1.0, 0.0, 0.0);
        assertThat(entry.getMapEpoch()).isEqualTo(1);
        assertThat(servedBy("0.0.0.0/0"))
                .as("who is unknown gets the first of the defaults")
                .isEqualTo("ams");
        assertThat(servedBy("::/0")).isEqualTo("ams");
        assertThat(state().getRollOut()).isEqualTo(RollOutState.DONE);
    }

    @Test
    void roundTripsOfClientsOutweighAPreference() throws Exception {
        prefers("192.0.2.7", "fra");
        measured("192.0.2.7/32", "fra", 160);
        measured("192.0.2.7/32", "par", 15);
        firstMap();
        assertThat(servedBy("192.0.2.7/32")).isEqualTo("par");
        assertThat(entry("192.0.2.7/32").getChoices().get(0).getEvidence()).isEqualTo(MapEvidence.CLIENT_RTT);
        assertThat(entry("192.0.2.7/32").getChoices().get(0).getCostMs()).isCloseTo(15, within(0.01));
    }

    @Test
    void aNetworkOfIpv6IsServedWhereItsClientsAreNearAndItsDemandIsNotItsResolvers() throws Exception {
        measured("2001:db8:7::/48", "fra", 160);
        measured("2001:db8:7::/48", "par", 15);
        asks("3fff:1:0:0:0:0:0:53", 100, 100, new SubnetTally("2001:db8:7::/48", 75L));
        firstMap();
        MapEntry entry = entry("2001:db8:7::/48");
        assertThat(servedBy("2001:db8:7::/48")).isEqualTo("par");
        assertThat(entry.getChoices().get(0).getEvidence()).isEqualTo(MapEvidence.CLIENT_RTT);
        assertThat(entry.getDemandBitsPerSecond())
                .isCloseTo(3 * entry("3fff:1::/64").getDemandBitsPerSecond(), withinPercentage(1));
        assertThat(servedBy("3fff:1::/64")).isEqualTo("ams");
    }

    /** It asks all alike; an agent beside each group knows better. IPv6 is looked at by its first 64 bits, and told whole. */
    @Test
    void whatAgentsMeasureOutweighsAPreferenceAndQuestionsOverTcpOutweighAgents() throws Exception {
        for (String resolver : List.of("192.0.2.7", "2001:db8:0:0:0:0:0:7")) {
            String prefix = resolver + (resolver.indexOf(':') < 0 ? "/32" : "/128");
            prefers(resolver, "fra");
            measuredResolver(prefix, "fra", RttSource.PROBE, 80);
            measuredResolver(prefix, "par", RttSource.PROBE, 12);
            measuredResolver(prefix, "ams", RttSource.PROBE, 5);
            measuredResolver(prefix, "ams", RttSource.TCP_DNS, 40);
        }
        firstMap();
        for (String part : List.of("192.0.2.7/32", "2001:db8::/64")) {
            assertThat(servedBy(part)).isEqualTo("par");
            assertThat(entry(part).getChoices())
                    .extracting(GroupChoice::getEvidence)
                    .containsExactly(MapEvidence.PROBE, MapEvidence.RESOLVER_RTT, MapEvidence.PROBE);
        }
    }

    private static List<ResolverClients> clients(int networks, double weight) {
        List<ResolverClients> clients = new ArrayList<>();
        for (int i = 0; i < networks; i++) {
            clients.add(new ResolverClients("198.51." + 16 * i + ".0/24", weight));
        }
        return clients;
    }

    /** A public resolver stands beside fra, as its questions say; its clients are elsewhere, as beacons do. */
    @Test
    void aResolverIsServedWhereTheClientsAreNearThatBeaconsTieToIt() throws Exception {
        prefers("192.0.2.7", "fra", clients(4, 5));
        for (ResolverClients each : clients(4, 5)) {
            measured(each.getPrefix(), "fra", 170);
            measured(each.getPrefix(), "par", 18);
        }
        firstMap();
        assertThat(servedBy("192.0.2.7/32")).isEqualTo("par");
        GroupChoice choice = entry("192.0.2.7/32").getChoices().get(0);
        assertThat(choice.getEvidence()).isEqualTo(MapEvidence.CLIENT_RTT);
        assertThat(choice.getCostMs()).isCloseTo(18, within(0.01));
    }

    /** One who is a client of the resolver fetches beacons all day, and answers the kernel late or early as he likes. */
    @Test
    void oneNetworkAloneMovesNoResolver() throws Exception {
        List<ResolverClients> clients = clients(3, 0.5);
        clients.add(new ResolverClients("203.0.113.0/24", 8.0));
        prefers("192.0.2.7", "fra", clients);
        for (ResolverClients each : clients(3, 0.5)) {
            measured(each.getPrefix(), "fra", 20);
            measured(each.getPrefix(), "par", 30);
        }
        measured("203.0.113.0/24", "fra", 900);
        measured("203.0.113.0/24", "par", 1);
        prefers("192.0.2.8", "fra", List.of(new ResolverClients("203.0.113.0/24", 8.0)));
        firstMap();
        assertThat(servedBy("192.0.2.7/32")).as("others are its clients, too").isEqualTo("fra");
        assertThat(servedBy("192.0.2.8/32")).as("nobody else is known").isEqualTo("fra");
        assertThat(entry("192.0.2.8/32").getChoices().get(0).getEvidence()).isEqualTo(MapEvidence.POPULARITY);
    }

    /** Questions are few where answers are kept; what edges send tells what a resolver's clients take. */
    @Test
    void whatEdgesSendIsTheDemandOfTheResolverBeforeIt() throws Exception {
        deliveredBitsPerSecond = 10 * MBIT;
        prefers("192.0.2.7", "fra", clients(1, 4));
        asks("192.0.2.7", 1, 1);
        asks("192.0.2.8", 99, 99);
        measured("198.51.0.0/24", "fra", 20, 5 * 20 * MBIT / Byte.SIZE);
        firstMap();
        assertThat(entry("192.0.2.8/32").getDemandBitsPerSecond()
                        / entry("192.0.2.7/32").getDemandBitsPerSecond())
                .as("100 Mbit in 8 s, of 30 Mbit/s that three groups deliver")
                .isBetween(1.0, 2.0);
    }

    /** Also while nothing is rolled out: clients say how far the map sends them beyond their nearest group. */
    @Test
    void theNextMapTellsTheRegretOfClientsUnderTheFormer() throws Exception {
        prefers("192.0.2.7", "fra");
        firstMap();
        measured("192.0.2.7/32", "fra", 25);
        measured("192.0.2.7/32", "par", 22);
        afterAll(EPOCH_MS + 1_000);
        assertThat(servedBy("192.0.2.7/32")).as("3 ms are not worth a move").isEqualTo("fra");
        measured("192.0.2.7/32", "fra", 25);
        measured("192.0.2.7/32", "par", 22);
        afterAll(EPOCH_MS + 1_000);
        assertThat(state().getServed().getSamples())
                .as("those that the map sent there")
                .isOne();
        assertThat(state().getServed().getMeanMs()).isCloseTo(3, within(0.5));
        afterAll(EPOCH_MS + 1_000);
        assertThat(state().getServed().getSamples()).isZero();
    }

    /** Who asks why must not be told what has long been known better. */
    @Test
    void anEntryWhoseAnswerStaysIsToldAgainWhenItStandsOnSomethingElse() throws Exception {
        prefers("192.0.2.7", "fra");
        firstMap();
        measured("192.0.2.7/32", "fra", 13);
        measured("192.0.2.7/32", "par", 60);
        afterAll(EPOCH_MS + 1_000);
        assertThat(servedBy("192.0.2.7/32")).isEqualTo("fra");
        assertThat(entry("192.0.2.7/32").getChoices().get(0).getEvidence()).isEqualTo(MapEvidence.CLIENT_RTT);
        told.clear();
        measured("192.0.2.7/32", "fra", 14);
        afterAll(EPOCH_MS + 1_000);
        assertThat(told).noneMatch(MapEntry.class::isInstance);
    }

    /** One resolver is all demand there is, and more than may move in an epoch. */
    @Test
    void theOnlyResolverThereIsMovesToo() throws Exception {
        io.fairlead.schemas.config.MapPolicy policy = (io.fairlead.schemas.config.MapPolicy)
                PolicyRecords.write(io.fairlead.model.policy.MapPolicy.defaults(), AUTHOR);
        policy.setRollOutStageMs(STAGE_MS);
        policy.setControlShare(0);
        send(Topics.CONFIG_POLICIES, "map/default", policy);
        asks("192.0.2.7", 100, 100);
        firstMap();
        assertThat(servedBy("192.0.2.7/32")).isEqualTo("ams");
        prefers("192.0.2.7", "fra");
        afterAll(EPOCH_MS + 14 * STAGE_MS);
        assertThat(servedBy("192.0.2.7/32")).isEqualTo("fra");
    }

    /** Three seconds of silence and one look. */
    @Test
    void aGroupThatFallsSilentServesNobodyAndIsBackWhenItReports() throws Exception {
        prefers("192.0.2.7", "fra");
        firstMap();
        after(GroupWatch.SILENT_MS + 1_000, "ams", "par");
        assertThat(((GroupPrice) standing.get("fra")).getState()).isEqualTo(GroupState.DOWN);
        assertThat(((GroupPrice) standing.get("fra")).getReason()).contains("none of its edges has reported");
        assertThat(standing.values())
                .filteredOn(MapEntry.class::isInstance)
                .isNotEmpty()
                .allSatisfy(each -> assertThat(((MapEntry) each).getChoices())
                        .noneMatch(choice ->
                                choice.getShare() > 0 && choice.getGroupId().equals("fra")));
        afterAll(EPOCH_MS + 6 * STAGE_MS);
        afterAll(EPOCH_MS);
        assertThat(((GroupPrice) standing.get("fra")).getState()).isEqualTo(GroupState.UP);
        assertThat(servedBy("192.0.2.7/32")).isEqualTo("fra");
    }

    @Test
    void whenAllFallSilentAtOnceTheMapStandsStill() throws Exception {
        prefers("192.0.2.7", "fra");
        firstMap();
        told.clear();
        after(30_000);
        assertThat(told).isEmpty();
    }

    @Test
    void aBarredGroupServesNobody() throws Exception {
        prefers("192.0.2.7", "fra");
        firstMap();
        DeliveryGroup barred = DeliveryGroup.newBuilder()
                .setGroupId("fra")
                .setAuthorship(AUTHOR)
                .setAddresses(List.of(new DeliveryAddress("192.0.2.1", "edge-fra")))
                .setCapacityBitsPerSecond(MBIT)
                .setNameServers(List.of("ns-fra"))
                .setBarred(true)
                .build();
        send(Topics.CONFIG_GROUPS, "fra", barred);
        afterAll(1_000);
        assertThat(servedBy("192.0.2.7/32")).isNotEqualTo("fra");
        assertThat(((GroupPrice) standing.get("fra")).getState()).isEqualTo(GroupState.BARRED);
        send(Topics.CONFIG_GROUPS, "fra", null);
        afterAll(1_000);
        assertThat(standing.get("fra")).isNull();
    }

    /** A thousand resolvers turn to another group: stage by stage, the control group last. */
    @Test
    void aNewMapIsRolledOutInStages() throws Exception {
        turnAThousand();
        assertThat(turned()).isBetween(1, 30);
        assertThat(state().getRollOut()).isEqualTo(RollOutState.RUNNING);
        afterAll(3 * STAGE_MS + 1_000);
        assertThat(turned()).isBetween(20, 90);
        afterAll(3 * STAGE_MS);
        assertThat(turned()).isBetween(180, 280);
        afterAll(3 * STAGE_MS);
        assertThat(turned()).as("all but the control group").isBetween(860, 940);
        afterAll(3 * STAGE_MS);
        assertThat(turned()).isEqualTo(1_000);
        assertThat(state().getRollOut()).isEqualTo(RollOutState.DONE);
    }

    /** They were answered by the default until then, and are again if they fared better by it. */
    @Test
    void theFirstEntriesOfResolversGoOutInStagesTooAndAreTakenBack() throws Exception {
        for (int i = 0; i < 1_000; i++) {
            prefers(resolver(i), "par");
            measured(resolver(i) + "/32", "par", 20);
            measured(resolver(i) + "/32", "ams", 60);
        }
        afterAll(4_000);
        assertThat(servedBy("0.0.0.0/0")).isEqualTo("ams");
        assertThat(entries()).isBetween(1, 30);
        assertThat(state().getRollOut()).isEqualTo(RollOutState.RUNNING);
        afterAll(3 * STAGE_MS + 1_000);
        assertThat(entries()).isBetween(20, 90);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 1_000; i++) {
                boolean has = standing.get(resolver(i) + "/32") != null;
                measured(resolver(i) + "/32", has ? "par" : "ams", has ? 300 : 60);
            }
        }
        afterAll(1_000);
        assertThat(state().getRollOut()).isEqualTo(RollOutState.HALTED);
        assertThat(state().getControl().getSamples()).as("by the default").isGreaterThan(50);
        assertThat(entries()).as("all are answered by the default again").isZero();
    }

    private int entries() {
        int entries = 0;
        for (int i = 0; i < 1_000; i++) {
            entries += standing.get(resolver(i) + "/32") != null ? 1 : 0;
        }
        return entries;
    }

    private void turnAThousand() throws IOException {
        for (int i = 0; i < 1_000; i++) {
            prefers(resolver(i), "fra");
            measured(resolver(i) + "/32", "fra", 40);
        }
        firstMap();
        assertThat(turned()).isZero();
        for (int i = 0; i < 1_000; i++) {
            prefers(resolver(i), "par");
            measured(resolver(i) + "/32", "par", 20);
        }
        afterAll(EPOCH_MS);
    }

    private static String resolver(int i) {
        return "198.51." + i / 250 + "." + i % 250;
    }

    private int turned() {
        int turned = 0;
        for (int i = 0; i < 1_000; i++) {
            turned += servedBy(resolver(i) + "/32").equals("par") ? 1 : 0;
        }
        return turned;
    }

    /** Those with the new map fare worse than the control group: it is halted and taken back. */
    @Test
    void aMapThatMakesThingsWorseIsTakenBack() throws Exception {
        turnAThousand();
        afterAll(3 * STAGE_MS + 1_000);
        assertThat(turned()).isPositive();
        for (int i = 0; i < 1_000; i++) {
            String prefix = resolver(i) + "/32";
            measured(prefix, servedBy(prefix), servedBy(prefix).equals("par") ? 300 : 40);
            measured(prefix, servedBy(prefix), servedBy(prefix).equals("par") ? 300 : 40);
        }
        afterAll(1_000);
        assertThat(state().getRollOut()).isEqualTo(RollOutState.HALTED);
        assertThat(state().getReason()).contains("ms farther than from their nearest group");
        assertThat(turned()).isZero();
    }

    @Test
    void noGroupIsGivenMoreThanItTakesAndAHeavyResolverIsParted() throws Exception {
        deliveredBitsPerSecond = 100 * MBIT;
        for (String group : GROUPS) {
            group(group, 200 * MBIT, 0);
        }
        prefers("192.0.2.7", "fra");
        prefers("192.0.2.8", "fra");
        asks("192.0.2.7", 1_000, 1_000);
        asks("192.0.2.8", 10, 10);
        firstMap();
        MapEntry heavy = entry("192.0.2.7/32");
        assertThat(heavy.getDemandBitsPerSecond()).isCloseTo(297 * MBIT, within(3.0 * MBIT));
        assertThat(heavy.getChoices().get(0).getGroupId()).isEqualTo("fra");
        assertThat(heavy.getChoices().get(0).getShare()).isBetween(0.5, 0.58);
        assertThat(standing.get("fra")).isInstanceOfSatisfying(GroupPrice.class, price -> {
            assertThat(price.getPlannedBitsPerSecond()).isLessThanOrEqualTo(0.85 * 200 * MBIT);
            assertThat(price.getPriceMs()).isPositive();
        });
        assertThat(state().getCapacityFactor()).isEqualTo(1);
    }

    @Test
    void ifAllGroupsAreTooSmallItIsSaid() throws Exception {
        deliveredBitsPerSecond = 100 * MBIT;
        for (String group : GROUPS) {
            group(group, 101 * MBIT, 0);
        }
        for (int i = 0; i < 300; i++) {
            prefers(resolver(i), "fra");
            asks(resolver(i), 100, 100);
        }
        firstMap();
        assertThat(state().getCapacityFactor()).isGreaterThan(1.1);
        assertThat(state().getReason()).contains("of what all groups together take");
        assertThat(((GroupPrice) standing.get("fra")).getState()).isEqualTo(GroupState.SHEDDING);
    }

    /** Nobody becomes heavy by forged questions. */
    @Test
    void questionsThatAnybodyCouldForgeWeighLittle() throws Exception {
        deliveredBitsPerSecond = 100 * MBIT;
        prefers("192.0.2.7", "fra");
        prefers("192.0.2.66", "par");
        asks("192.0.2.7", 1_000, 1_000);
        asks("192.0.2.66", 1_000_000, 0);
        firstMap();
        assertThat(entry("192.0.2.66/32").getDemandBitsPerSecond())
                .isLessThan(0.06 * entry("192.0.2.7/32").getDemandBitsPerSecond());
    }

    @Test
    void aRestartTellsNothingAnewThatStands() throws Exception {
        prefers("192.0.2.7", "fra");
        measured("198.51.100.0/24", "par", 15);
        firstMap();
        long before = entry("192.0.2.7/32").getVersion().getJobEpoch();
        standing.forEach((key, record) -> {
            if (record != null) {
                ends(key, record);
            }
        });
        nowMs += 1_000;
        open();
        told.clear();
        firstMap();
        assertThat(told).noneMatch(MapEntry.class::isInstance);
        assertThat(state().getVersion().getJobEpoch()).isGreaterThan(before);
        assertThat(state().getEntries()).isEqualTo(4);
        prefers("192.0.2.9", "par");
        shortStages();
        afterAll(EPOCH_MS + 14 * STAGE_MS);
        assertThat(entry("192.0.2.9/32").getVersion().getJobEpoch()).isGreaterThan(before);
    }

    /** What was told comes back on the topic of decisions. */
    private void ends(String key, SpecificRecordBase record) {
        if (key.indexOf('/') > 0) {
            kept.put(Topics.DECISIONS_MAP.name() + ' ' + key, WireEncoder.encode(record));
        }
    }

    @Test
    void aGroupThatCannotBeIsRefusedAndTheFormerStays() throws Exception {
        DeliveryGroup wrong = DeliveryGroup.newBuilder()
                .setGroupId("fra")
                .setAuthorship(AUTHOR)
                .setAddresses(List.of())
                .setCapacityBitsPerSecond(0)
                .build();
        send(Topics.CONFIG_GROUPS, "fra", wrong);
        assertThat(standing.get("fra"))
                .isInstanceOfSatisfying(ConfigRejected.class, rejected -> assertThat(rejected.getViolations())
                        .hasSize(2));
        prefers("192.0.2.7", "fra");
        firstMap();
        assertThat(servedBy("192.0.2.7/32")).isEqualTo("fra");
    }

    @Test
    void aResolverIsWorthWhatItsNeighboursKnow() throws Exception {
        measured("192.0.2.0/24", "par", 9);
        asks("192.0.2.7", 10, 10);
        firstMap();
        assertThat(servedBy("192.0.2.7/32")).isEqualTo("par");
        assertThat(entry("192.0.2.7/32").getChoices().get(0).getEvidence()).isEqualTo(MapEvidence.NEAR_NEIGHBOURS);
    }
}
