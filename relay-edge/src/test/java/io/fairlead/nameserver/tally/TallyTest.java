package io.fairlead.nameserver.tally;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.nameserver.server.Asked;
import io.fairlead.nameserver.wire.Query;
import io.fairlead.nameserver.wire.Source;
import io.fairlead.schemas.telemetry.BeaconAsked;
import io.fairlead.schemas.telemetry.ResolverRtt;
import io.fairlead.schemas.telemetry.ResolverTally;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

class TallyTest {

    private final List<SpecificRecord> told = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();
    private final List<EventLoop> loops = List.of(new DefaultEventLoop(), new DefaultEventLoop());
    private long nowMs = 1_000_000;

    @AfterEach
    void end() {
        loops.forEach(loop -> loop.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS));
    }

    private TallyDesk desk(TallySettings settings) {
        return new TallyDesk(
                settings,
                (topic, key, record) -> {
                    keys.add(key);
                    return told.add(record);
                },
                () -> nowMs * 1_000_000,
                new SplittableRandom(7));
    }

    private static Query query(String name, String subnet) throws Exception {
        Message message = Message.newQuery(Record.newRecord(Name.fromString(name + "."), Type.A, 1));
        if (!subnet.isEmpty()) {
            message.addRecord(
                    new OPTRecord(1_232, 0, 0, 0, List.of(new ClientSubnetOption(24, InetAddress.getByName(subnet)))),
                    Section.ADDITIONAL);
        }
        Query query = new Query();
        assertThat(query.read(Unpooled.wrappedBuffer(message.toWire()))).isEqualTo(Query.Reading.QUESTION);
        return query;
    }

    private static Source from(String address) throws Exception {
        Source source = new Source();
        source.set(InetAddress.getByName(address));
        return source;
    }

    private ResolverTally only() {
        assertThat(told).hasSize(1);
        return (ResolverTally) told.get(0);
    }

    @Test
    void whatAResolverAsksAtAllLoopsIsOneTally() throws Exception {
        TallyDesk desk = desk(TallySettings.DEFAULTS.withChallengeShare(0));
        desk.of(loops.get(0)).asked(query("a.example", "198.51.100.0"), from("192.0.2.7"), true, false, nowMs);
        desk.of(loops.get(0)).asked(query("b.example", "198.51.100.0"), from("192.0.2.7"), true, true, nowMs);
        desk.of(loops.get(1)).asked(query("c.example", "203.0.113.0"), from("192.0.2.7"), false, false, nowMs);
        nowMs += 5_000;
        desk.tell();
        ResolverTally tally = only();
        assertThat(tally.getResolver()).isEqualTo("192.0.2.7");
        assertThat(keys).containsExactly("192.0.2.0/24");
        assertThat(tally.getQuestions()).isEqualTo(3);
        assertThat(tally.getProvenQuestions()).isEqualTo(2);
        assertThat(tally.getTcpQuestions()).isEqualTo(1);
        assertThat(tally.getIntervalMs()).isEqualTo(5_000);
        assertThat(tally.getSubnets().toString()).contains("198.51.100.0/24", "203.0.113.0/24");
        assertThat(tally.getSubnets().get(0).getQuestions()).isEqualTo(2);
        desk.tell();
        assertThat(told).hasSize(1);
    }

    @Test
    void theSameQuestionCountsOnceInTwoSeconds() throws Exception {
        TallyDesk desk = desk(TallySettings.DEFAULTS.withChallengeShare(0));
        for (int i = 0; i < 5; i++) {
            desk.of(loops.get(0)).asked(query("a.example", ""), from("192.0.2.7"), true, false, nowMs);
            nowMs += 450;
        }
        desk.tell();
        assertThat(only().getQuestions()).isEqualTo(1);
        nowMs += 2_000;
        desk.of(loops.get(0)).asked(query("a.example", ""), from("192.0.2.7"), true, false, nowMs);
        told.clear();
        desk.tell();
        assertThat(only().getQuestions()).isEqualTo(1);
    }

    @Test
    void onlyWhoIsNotProvenIsChallengedAndThatIsCounted() throws Exception {
        TallyDesk desk = desk(TallySettings.DEFAULTS.withChallengeShare(1));
        assertThat(desk.of(loops.get(0)).asked(query("a.example", ""), from("192.0.2.7"), false, false, nowMs))
                .isTrue();
        assertThat(desk.of(loops.get(0)).asked(query("b.example", ""), from("192.0.2.7"), true, false, nowMs))
                .isFalse();
        desk.tell();
        assertThat(only().getChallenges()).isEqualTo(1);
    }

    /** So that its round trip is known, too, though it has proven itself by a cookie; a resolver that comes over TCP by itself is left alone. */
    @Test
    void whoHasNotBeenMetForAnHourIsChallengedThoughHeIsProvenAndThenNoMore() throws Exception {
        TallyDesk desk = desk(TallySettings.DEFAULTS.withChallengeShare(0.1).withMeetAgainMs(3_600_000));
        Asked tally = desk.of(loops.get(0));
        tally.asked(query("t.example", ""), from("192.0.2.8"), true, true, nowMs);
        assertThat(tally.asked(query("a.example", ""), from("192.0.2.8"), true, false, nowMs))
                .as("came over TCP by itself")
                .isFalse();
        assertThat(tally.asked(query("a.example", ""), from("192.0.2.7"), true, false, nowMs))
                .isTrue();
        for (int i = 0; i < 100; i++) {
            assertThat(tally.asked(query(i + ".example", ""), from("192.0.2.7"), true, false, nowMs))
                    .isFalse();
        }
        nowMs += 3_600_000;
        assertThat(tally.asked(query("a.example", ""), from("192.0.2.7"), true, false, nowMs))
                .as("an hour later")
                .isTrue();
    }

    /** It is the same question within two seconds, and yet the one that counts. */
    @Test
    void whoComesBackOverTcpBecauseHeWasChallengedIsProven() throws Exception {
        TallyDesk desk = desk(TallySettings.DEFAULTS.withChallengeShare(1));
        assertThat(desk.of(loops.get(0)).asked(query("a.example", ""), from("192.0.2.7"), false, false, nowMs))
                .isTrue();
        nowMs += 30;
        desk.of(loops.get(0)).asked(query("a.example", ""), from("192.0.2.7"), true, true, nowMs);
        desk.tell();
        assertThat(only().getQuestions()).isEqualTo(1);
        assertThat(only().getProvenQuestions()).isEqualTo(1);
        assertThat(only().getChallenges()).isEqualTo(1);
    }

    /** A flood from forged addresses makes neither the table grow nor a heavy resolver disappear, and its questions are not proven. */
    @Test
    void aFloodOfAddressesIsBoundedAndLeavesTheHeavyOnes() throws Exception {
        TallyDesk desk = desk(TallySettings.DEFAULTS.withChallengeShare(0).withMaxResolvers(1_000));
        SplittableRandom random = new SplittableRandom(3);
        Query query = query("a.example", "");
        long all = 0;
        for (int i = 0; i < 200_000; i++) {
            nowMs += 3_000;
            boolean heavy = i % 10 == 0;
            Source source = heavy ? from("192.0.2." + i / 10 % 10) : from(address(random.nextInt()));
            desk.of(loops.get(0)).asked(query, source, heavy, false, nowMs);
            all++;
        }
        desk.tell();
        assertThat(told).hasSize(1_000);
        Map<String, ResolverTally> tallies = new HashMap<>();
        told.forEach(record -> tallies.put(((ResolverTally) record).getResolver(), (ResolverTally) record));
        for (int i = 0; i < 10; i++) {
            ResolverTally heavy = tallies.get("192.0.2." + i);
            assertThat(heavy).isNotNull();
            assertThat(heavy.getQuestions() - heavy.getOvercount()).isLessThanOrEqualTo(2_000);
            assertThat(heavy.getQuestions()).isGreaterThanOrEqualTo(2_000);
            assertThat(heavy.getProvenQuestions()).isLessThanOrEqualTo(2_000).isGreaterThan(1_900);
        }
        long counted =
                tallies.values().stream().mapToLong(ResolverTally::getQuestions).sum();
        assertThat(counted).isEqualTo(all);
        tallies.values().stream()
                .filter(tally -> !tally.getResolver().startsWith("192.0.2."))
                .forEach(tally -> assertThat(tally.getProvenQuestions()).isZero());
    }

    /** A resolver that asks little, and with proof, is told whole though a thousand times as many forged addresses ask as are counted. */
    @Test
    void aFloodOfAddressesPushesNobodyOutWhoIsProven() throws Exception {
        TallyDesk desk = desk(TallySettings.DEFAULTS.withChallengeShare(0).withMaxResolvers(64));
        Asked tally = desk.of(loops.get(0));
        SplittableRandom random = new SplittableRandom(3);
        for (int proven = 0; proven < 20; proven++) {
            tally.asked(query("a.example", ""), from("192.0.2." + proven), true, false, nowMs);
            for (int i = 0; i < 3_200; i++) {
                tally.asked(query("a.example", ""), from(address(random.nextInt())), false, false, nowMs);
            }
        }
        desk.tell();
        assertThat(told).hasSize(64);
        for (int proven = 0; proven < 20; proven++) {
            String resolver = "192.0.2." + proven;
            assertThat(told)
                    .filteredOn(record -> ((ResolverTally) record).getResolver().equals(resolver))
                    .as(resolver)
                    .singleElement()
                    .satisfies(record -> assertThat(((ResolverTally) record).getProvenQuestions())
                            .isEqualTo(1));
        }
    }

    @Test
    void whereAllAreProvenOneWhoIsNotIsCountedNowhereAndSaidToBe() throws Exception {
        TallyDesk desk = desk(TallySettings.DEFAULTS.withChallengeShare(0).withMaxResolvers(16));
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        desk.bindTo(meters);
        Asked tally = desk.of(loops.get(0));
        for (int i = 0; i < 16; i++) {
            tally.asked(query("a.example", ""), from("192.0.2." + i), true, false, nowMs);
        }
        for (int i = 0; i < 5; i++) {
            tally.asked(query("a.example", ""), from("198.51.100." + i), false, false, nowMs);
        }
        tally.asked(query("a.example", ""), from("203.0.113.1"), true, false, nowMs);
        desk.tell();
        assertThat(told)
                .hasSize(16)
                .noneMatch(record -> ((ResolverTally) record).getResolver().startsWith("198."))
                .anyMatch(record -> ((ResolverTally) record).getResolver().equals("203.0.113.1"));
        assertThat(meters.get("fairlead.dns.tally.uncounted")
                        .tag("reason", "full")
                        .functionCounter()
                        .count())
                .isEqualTo(5);
    }

    /** Another elsewhere may have the same address; and with the name of the link it is none that anybody can read. */
    @Test
    void ofWhoIsKnownOnOneLinkOnlyNothingIsTold() throws Exception {
        TallyDesk desk = desk(TallySettings.DEFAULTS.withChallengeShare(1));
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        desk.bindTo(meters);
        InetAddress resolver =
                Inet6Address.getByAddress("", InetAddress.getByName("fe80::1").getAddress(), 3);
        Source source = new Source();
        source.set(resolver);
        Asked tally = desk.of(loops.get(0));
        assertThat(tally.asked(query("a.example", ""), source, false, false, nowMs))
                .as("a challenge is for what would be told")
                .isFalse();
        tally.beacon(query(BEACON + ".beacon.example", ""), source);
        tally.asked(query("b.example", ""), from("169.254.7.1"), true, true, nowMs);
        desk.roundTrip(resolver, 300);
        desk.roundTrip(InetAddress.getByName("169.254.7.1"), 300);
        desk.tell();
        assertThat(told).isEmpty();
        assertThat(meters.get("fairlead.dns.tally.uncounted")
                        .tag("reason", "link")
                        .functionCounter()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void clientsOnALinkOfTheResolversAreTakenForItself() throws Exception {
        TallyDesk desk = desk(TallySettings.DEFAULTS.withChallengeShare(0));
        desk.of(loops.get(0)).asked(query("a.example", "169.254.7.0"), from("192.0.2.7"), true, false, nowMs);
        desk.tell();
        assertThat(only().getSubnets()).isEmpty();
        assertThat(only().getQuestions()).isEqualTo(1);
    }

    /** As a socket that takes both families may tell it: one resolver, whichever way its address comes. */
    @Test
    void theRoundTripOfIpv4WithinIpv6IsThatOfIpv4() throws Exception {
        TallyDesk desk = desk(TallySettings.DEFAULTS);
        byte[] mapped = new byte[16];
        mapped[10] = mapped[11] = (byte) 0xFF;
        System.arraycopy(InetAddress.getByName("192.0.2.7").getAddress(), 0, mapped, 12, 4);
        desk.roundTrip(Inet6Address.getByAddress("", mapped, -1), 10_000);
        desk.roundTrip(InetAddress.getByName("192.0.2.7"), 10_000);
        desk.tell();
        assertThat(told).hasSize(1);
        assertThat(((ResolverRtt) told.get(0)).getPrefix()).isEqualTo("192.0.2.7/32");
        assertThat(((ResolverRtt) told.get(0)).getSamples()).isEqualTo(2);
        assertThat(keys).containsExactly("192.0.2.0/24");
    }

    private static String address(int bits) {
        return ((bits >>> 24) & 0x3F) + 1 + "." + ((bits >>> 16) & 0xFF) + "." + ((bits >>> 8) & 0xFF) + "."
                + (bits & 0xFF);
    }

    @Test
    void roundTripsAreToldByResolver() throws Exception {
        TallyDesk desk = desk(TallySettings.DEFAULTS);
        for (long us : new long[] {30_000, 10_000, 20_000}) {
            desk.roundTrip(InetAddress.getByName("2001:db8::7"), us);
        }
        desk.tell();
        ResolverRtt rtt = (ResolverRtt) told.get(0);
        assertThat(rtt.getPrefix()).isEqualTo("2001:db8:0:0:0:0:0:7/128");
        assertThat(rtt.getMinUs()).isEqualTo(10_000);
        assertThat(rtt.getMedianUs()).isEqualTo(20_000);
        assertThat(rtt.getSamples()).isEqualTo(3);
        assertThat(keys).containsExactly("2001:db8::/48");
    }

    private static final String BEACON = "0123456789abcdef0123456789abcdef";

    /** A page asks for both families of a name at once. */
    @Test
    void aBeaconIsToldOnceWithWhoAskedForIt() throws Exception {
        TallyDesk desk = desk(TallySettings.DEFAULTS);
        desk.of(loops.get(0)).beacon(query(BEACON + ".beacon.example", ""), from("192.0.2.7"));
        desk.of(loops.get(0))
                .beacon(query(BEACON.toUpperCase(java.util.Locale.ROOT) + ".beacon.example", ""), from("192.0.2.7"));
        desk.of(loops.get(0)).beacon(query("a7.beacon.example", ""), from("192.0.2.7"));
        desk.tell();
        BeaconAsked asked = (BeaconAsked) told.get(0);
        assertThat(told).hasSize(1);
        assertThat(asked.getBeacon()).isEqualTo(BEACON);
        assertThat(asked.getResolver()).isEqualTo("192.0.2.7");
        assertThat(keys).containsExactly("192.0.2.0/24");
        desk.tell();
        assertThat(told).hasSize(1);
    }

    @Test
    void whoTellsHisClientsSubnetNeedsNoBeacon() throws Exception {
        TallyDesk desk = desk(TallySettings.DEFAULTS);
        desk.of(loops.get(0)).beacon(query(BEACON + ".beacon.example", "198.51.100.0"), from("192.0.2.7"));
        desk.tell();
        assertThat(told).isEmpty();
    }

    @Test
    void beaconsOverTheBoundAreCounted() throws Exception {
        TallyDesk desk = desk(TallySettings.DEFAULTS.withMaxBeacons(2));
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        desk.bindTo(meters);
        for (int i = 0; i < 5; i++) {
            desk.of(loops.get(0)).beacon(query(i + BEACON.substring(1) + ".beacon.example", ""), from("192.0.2.7"));
        }
        desk.tell();
        assertThat(told).hasSize(2);
        assertThat(meters.get("fairlead.dns.beacons.untold").functionCounter().count())
                .isEqualTo(3);
    }
}
