package io.fairlead.lab.console;

import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.DeliveryAddress;
import io.fairlead.schemas.config.DeliveryGroup;
import io.fairlead.schemas.decisions.Bounded;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.GroupChoice;
import io.fairlead.schemas.decisions.GroupPrice;
import io.fairlead.schemas.decisions.GroupState;
import io.fairlead.schemas.decisions.MapCohort;
import io.fairlead.schemas.decisions.MapCoverage;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapEvidence;
import io.fairlead.schemas.decisions.MapRegret;
import io.fairlead.schemas.decisions.MapState;
import io.fairlead.schemas.decisions.NameServerShare;
import io.fairlead.schemas.decisions.PopularityVerdict;
import io.fairlead.schemas.decisions.ResolverPopularity;
import io.fairlead.schemas.decisions.RollOutState;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.avro.specific.SpecificRecord;

/** A map of twelve groups over the earth as a map job might have made it; costs go by distance, the hindmost of each prefix are left out. */
final class SeededMap {

    private record Site(String id, String city, String country, double latitude, double longitude) {}

    private static final List<Site> SITES = List.of(
            new Site("ams", "Amsterdam", "nl", 52.4, 4.9),
            new Site("fra", "Frankfurt", "de", 50.1, 8.7),
            new Site("par", "Paris", "fr", 48.9, 2.4),
            new Site("mad", "Madrid", "es", 40.4, -3.7),
            new Site("iad", "Ashburn", "us", 39.0, -77.5),
            new Site("sjc", "San José", "us", 37.3, -121.9),
            new Site("gru", "São Paulo", "br", -23.5, -46.6),
            new Site("jnb", "Johannesburg", "za", -26.2, 28.0),
            new Site("bom", "Mumbai", "in", 19.1, 72.9),
            new Site("sin", "Singapore", "sg", 1.35, 103.8),
            new Site("nrt", "Tokyo", "jp", 35.7, 139.7),
            new Site("syd", "Sydney", "au", -33.9, 151.2));
    private static final int PREFIXES = 3_000;
    private static final double GBIT = 1e9;

    private final Sender sender;
    private final SplittableRandom random = new SplittableRandom(3);
    private final long jobEpoch = System.currentTimeMillis() - 3_600_000;
    private long counter;

    @FunctionalInterface
    interface Sender {
        void send(TopicSpec topic, String key, SpecificRecord record);
    }

    SeededMap(Sender sender) {
        this.sender = sender;
    }

    void tell() {
        long now = System.currentTimeMillis();
        double[] planned = new double[SITES.size()];
        double demand = 0;
        double costs = 0;
        for (int i = 0; i < PREFIXES; i++) {
            double bits = 2e6 / Math.pow(0.001 + random.nextDouble(), 0.9);
            demand += bits;
            List<GroupChoice> choices = choices();
            for (GroupChoice choice : choices) {
                planned[site(choice.getGroupId())] += choice.getShare() * bits;
                costs += choice.getShare() * bits * choice.getCostMs();
            }
            String prefix = (20 + i % 180) + "." + (i / 180) + "." + (i * 7 % 256) + "."
                    + (i % 2 == 0 ? "0/24" : (i % 250) + "/32");
            send(Topics.DECISIONS_MAP, prefix, entry(prefix, choices, bits, now));
            if (i % 2 == 1) {
                popularity(prefix.replace("/32", ""), choices, now);
            }
        }
        for (int i = 0; i < SITES.size(); i++) {
            group(SITES.get(i), planned[i], i, now);
        }
        for (int back = 60; back >= 0; back--) {
            send(Topics.DECISIONS_MAP, "*", state(61 - back, demand, costs / demand, now - back * 55_000L, back));
        }
    }

    private static int site(String id) {
        return SITES.indexOf(
                SITES.stream().filter(site -> site.id().equals(id)).findFirst().orElseThrow());
    }

    private List<GroupChoice> choices() {
        Site home = SITES.get((int) (SITES.size() * Math.pow(random.nextDouble(), 1.4)));
        double latitude = home.latitude() + random.nextDouble(-12, 12);
        double longitude = home.longitude() + random.nextDouble(-14, 14);
        MapEvidence[] classes = {
            MapEvidence.CLIENT_RTT,
            MapEvidence.RESOLVER_RTT,
            MapEvidence.POPULARITY,
            MapEvidence.POPULARITY,
            MapEvidence.NEIGHBOURS,
            MapEvidence.DEFAULT
        };
        MapEvidence evidence = classes[random.nextInt(classes.length)];
        List<GroupChoice> all = new ArrayList<>();
        for (Site site : SITES) {
            double degrees = Math.hypot(
                    site.latitude() - latitude, (site.longitude() - longitude) * Math.cos(Math.toRadians(latitude)));
            double ms = 3 + 1.7 * degrees + random.nextDouble(9);
            all.add(new GroupChoice(site.id(), 0.0, ms, 2 + ms / 12, evidence));
        }
        all.sort(Comparator.comparingDouble(GroupChoice::getCostMs));
        int pushed = random.nextInt(9) == 0 ? 1 : 0;
        boolean parted = random.nextInt(40) == 0;
        all.get(pushed).setShare(parted ? 0.6 : 1.0);
        all.get(1 - pushed).setShare(parted ? 0.4 : 0.0);
        all.sort(Comparator.comparingDouble((GroupChoice choice) -> -choice.getShare())
                .thenComparingDouble(GroupChoice::getCostMs));
        return new ArrayList<>(all.subList(0, 8));
    }

    private MapEntry entry(String prefix, List<GroupChoice> choices, double bits, long now) {
        return MapEntry.newBuilder()
                .setPrefix(prefix)
                .setVersion(version())
                .setIssuedAtMs(now - 90_000)
                .setPolicyVersion(1)
                .setMapEpoch(61)
                .setChoices(choices)
                .setEvidenceAtMs(now - 100_000)
                .setDemandBitsPerSecond(bits)
                .setCohort(MapCohort.SETTLED)
                .build();
    }

    private void popularity(String resolver, List<GroupChoice> choices, long now) {
        boolean prefers = random.nextInt(5) > 1;
        List<NameServerShare> shares = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            GroupChoice choice = choices.get(i);
            double share = prefers ? (i == 0 ? 0.82 : 0.06) : 0.25;
            shares.add(new NameServerShare(
                    "ns-" + choice.getGroupId(),
                    choice.getGroupId(),
                    new Bounded(share, share / 2, Math.min(1, share * 1.5), 100 * share),
                    i == 0 ? choice.getCostMs() : -1,
                    prefers ? choice.getCostMs() : -1));
        }
        send(
                Topics.DECISIONS_POPULARITY,
                resolver,
                ResolverPopularity.newBuilder()
                        .setResolver(resolver)
                        .setVersion(version())
                        .setIssuedAtMs(now)
                        .setPolicyVersion(1)
                        .setVerdict(prefers ? PopularityVerdict.PREFERS : PopularityVerdict.INDIFFERENT)
                        .setShares(shares)
                        .setCount(140)
                        .setThreshold(0.38)
                        .setPreferred(prefers ? shares.get(0).getNameServer() : "")
                        .setGroupId(prefers ? choices.get(0).getGroupId() : "")
                        .setEvidenceAtMs(now)
                        .setReason(
                                prefers ? "" : "no share is over that of an even choice by three standard deviations")
                        .setClients(List.of())
                        .build());
    }

    private void group(Site site, double planned, int rank, long now) {
        send(
                Topics.CONFIG_GROUPS,
                site.id(),
                DeliveryGroup.newBuilder()
                        .setGroupId(site.id())
                        .setAuthorship(new Authorship("mira", "new site", now, 1L))
                        .setAddresses(List.of(new DeliveryAddress("192.0.2." + (rank + 1), "edge-" + site.id())))
                        .setCapacityBitsPerSecond((long) (planned / (0.55 + 0.04 * (rank % 8)) + GBIT / 10))
                        .setNameServers(List.of("ns-" + site.id()))
                        .setDefaultRank(rank + 1)
                        .setCountry(site.country())
                        .setCity(site.city())
                        .setLatitudeDegrees(site.latitude())
                        .setLongitudeDegrees(site.longitude())
                        .build());
        boolean down = site.id().equals("jnb");
        for (int back = 60; back >= 0; back--) {
            send(
                    Topics.DECISIONS_MAP,
                    site.id(),
                    GroupPrice.newBuilder()
                            .setGroupId(site.id())
                            .setVersion(version())
                            .setIssuedAtMs(now - back * 55_000L)
                            .setPolicyVersion(1)
                            .setMapEpoch(61 - back)
                            .setPriceMs(rank % 3 == 0 ? 6 + 4 * Math.sin(back / 9.0 + rank) : 0)
                            .setCapacityBitsPerSecond(planned / 0.7)
                            .setPlannedBitsPerSecond(planned * (0.9 + 0.1 * Math.sin(back / 7.0)))
                            .setLoadBitsPerSecond(down ? -1 : planned * (0.85 + 0.15 * Math.sin(back / 5.0 + rank)))
                            .setState(down ? GroupState.DOWN : rank == 0 ? GroupState.SHEDDING : GroupState.UP)
                            .setShedFromShare(0.85)
                            .setReason(down ? "none of its edges has reported for 41 s" : "")
                            .build());
        }
    }

    private MapState state(long mapEpoch, double demand, double meanMs, long atMs, int back) {
        List<MapCoverage> coverage = List.of(
                new MapCoverage(MapEvidence.CLIENT_RTT, 502L, 0.17),
                new MapCoverage(MapEvidence.RESOLVER_RTT, 491L, 0.16),
                new MapCoverage(MapEvidence.POPULARITY, 1_007L, 0.34),
                new MapCoverage(MapEvidence.NEIGHBOURS, 511L, 0.18),
                new MapCoverage(MapEvidence.DEFAULT, 489L, 0.15));
        return MapState.newBuilder()
                .setVersion(version())
                .setIssuedAtMs(atMs)
                .setPolicyVersion(1)
                .setMapEpoch(mapEpoch)
                .setEntries(PREFIXES)
                .setDemandBitsPerSecond(demand)
                .setMeanCostMs(meanMs * (1 + 0.002 * back))
                .setBoundMs(meanMs * 0.97)
                .setCapacityFactor(1)
                .setMovedShare(0.012 + 0.01 * Math.sin(back / 4.0))
                .setCoverage(coverage)
                .setRollOut(RollOutState.RUNNING)
                .setStage(2)
                .setRolledShare(0.05)
                .setStageSinceMs(atMs - 20_000)
                .setControlShare(0.02)
                .setRolled(new MapRegret(64L, 2.1, 0.4, 9.0))
                .setControl(new MapRegret(53L, 2.6, 0.5, 11.0))
                .setServed(new MapRegret(1_822L, 2.4 + 0.02 * back, 0.1, 9.5 + 0.05 * back))
                .setFrozen(false)
                .setReason("")
                .build();
    }

    private void send(TopicSpec topic, String key, SpecificRecord record) {
        sender.send(topic, key, record);
    }

    private DecisionVersion version() {
        return new DecisionVersion(jobEpoch, ++counter);
    }
}
