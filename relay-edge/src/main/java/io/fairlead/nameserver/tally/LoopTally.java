package io.fairlead.nameserver.tally;

import io.fairlead.model.map.AddressPrefix;
import io.fairlead.model.popularity.BeaconName;
import io.fairlead.nameserver.server.Asked;
import io.fairlead.nameserver.wire.Query;
import io.fairlead.nameserver.wire.Source;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Counts the questions of one event loop by resolver. When as many resolvers are counted as may be, a new one takes the place of the lightest of a
 * few: its count goes on from that one's, which is told as what it may be too high by, as Space-Saving does (Metwally et al. 2005, with a sample
 * in place of the minimum). What is proven is never inherited, and who has proven nothing takes the place of nobody who has: forged addresses, however
 * many, push none of these out.
 */
final class LoopTally implements Asked {

    private static final int SAMPLED = 8;
    private static final int IPV4_SUBNET_BITS = 24;
    private static final int IPV6_SUBNET_BITS = 48;
    private static final int IPV6_MARK = 0x80;

    /** Who was not met of late is challenged so many times as often. */
    private static final double UNMET_FACTOR = 10;

    private final TallySettings settings;
    private final RandomGenerator random;
    private @Nullable ResolverCount[] slots;
    private int counted;
    private final Set<BeaconSeen> beacons = new LinkedHashSet<>();
    private long beaconsUntold;
    private long uncounted;
    private long ofOneLink;
    private final long[] repeatKeys;
    private final long[] repeatAtMs;

    /** Who came over TCP, or was asked to, and when; one that takes another's slot makes that one be met again. */
    private final long[] metKeys;

    private final long[] metAtMs;

    /** A beacon that was asked for, and by whom. */
    record BeaconSeen(String beacon, boolean ipv6, long high, long low) {}

    /**
     * All that was counted.
     *
     * @param uncounted questions of resolvers for whom there was no place
     * @param ofOneLink questions of resolvers that others can't know by their address
     */
    record Drained(
            List<ResolverCount> resolvers,
            List<BeaconSeen> beacons,
            long beaconsUntold,
            long uncounted,
            long ofOneLink) {}

    LoopTally(TallySettings settings, RandomGenerator random) {
        this.settings = settings;
        this.random = random;
        this.slots = new ResolverCount[tableSize(Math.min(1_024, settings.maxResolvers()))];
        this.repeatKeys = new long[settings.repeatSlots()];
        this.repeatAtMs = new long[settings.repeatSlots()];
        this.metKeys = new long[Integer.highestOneBit(settings.maxResolvers()) * 2];
        this.metAtMs = new long[metKeys.length];
    }

    /** At most half full. */
    private static int tableSize(int resolvers) {
        return Integer.highestOneBit(Math.max(16, resolvers)) * 4;
    }

    @Override
    public boolean asked(Query query, Source source, boolean proven, boolean tcp, long nowMs) {
        if (!source.isKnownElsewhere()) {
            ofOneLink++;
            return false;
        }
        long subnet = subnet(query);
        if (repeated(query, source, subnet, nowMs)) {
            return false;
        }
        ResolverCount count = of(source, proven);
        if (!tcp && random.nextDouble() < challengeShare(source, proven, nowMs)) {
            if (count != null) {
                count.challenges++;
            }
            meet(source, nowMs);
            forget(query, source, subnet); // it comes again over TCP, proven, and counts then
            return true;
        }
        if (count == null) {
            uncounted++;
        } else {
            count.count(subnet, proven, tcp, settings.maxSubnets());
        }
        if (tcp) {
            meet(source, nowMs);
        }
        return false;
    }

    /** Who was not met of late shows his round trip soon, though he has proven himself; who was is asked to prove himself now and then. */
    private double challengeShare(Source source, boolean proven, long nowMs) {
        int slot = place(source.high(), source.low(), metKeys.length);
        boolean met = metKeys[slot] == metKey(source) && nowMs - metAtMs[slot] < settings.meetAgainMs();
        return met ? proven ? 0 : settings.challengeShare() : UNMET_FACTOR * settings.challengeShare();
    }

    private void meet(Source source, long nowMs) {
        int slot = place(source.high(), source.low(), metKeys.length);
        metKeys[slot] = metKey(source);
        metAtMs[slot] = nowMs;
    }

    private static long metKey(Source source) {
        return mix(source.high() ^ mix(source.low())) | 1;
    }

    /** Of a client whose subnet is told nothing else needs to be known. */
    @Override
    public void beacon(Query query, Source source) {
        String beacon = query.subnetBits() > 0 || !source.isKnownElsewhere() ? null : BeaconName.of(firstLabel(query));
        if (beacon == null) {
            return;
        }
        BeaconSeen seen = new BeaconSeen(beacon, source.ipv6(), source.high(), source.low());
        if (beacons.size() < settings.maxBeacons()) {
            beacons.add(seen); // it asks for both families
        } else if (!beacons.contains(seen)) {
            beaconsUntold++;
        }
    }

    /** As a host begins with it. */
    private static String firstLabel(Query query) {
        int length = Math.min(BeaconName.DIGITS, query.name()[0]);
        return new String(query.name(), 1, length, StandardCharsets.US_ASCII)
                + (query.name()[0] == BeaconName.DIGITS ? "." : "");
    }

    /** Bits of the client's subnet, at most a /24 or /48, and how many they are; 0: none is told that means anything here. */
    private static long subnet(Query query) {
        if (query.subnetBits() == 0) {
            return 0;
        }
        int bits = Math.min(query.subnetBits(), query.subnetIpv6() ? IPV6_SUBNET_BITS : IPV4_SUBNET_BITS);
        long address = query.subnetAddress() & (-1L << (Long.SIZE - bits));
        if (AddressPrefix.isOfOneLink(query.subnetIpv6(), address)) {
            return 0; // a link of the resolver's, of which nobody else knows
        }
        return address | bits | (query.subnetIpv6() ? IPV6_MARK : 0);
    }

    private static long repeatKey(Query query, Source source, long subnet) {
        long question = ((long) query.suffixHash(0) << 16) ^ query.type() ^ (subnet * 31);
        return mix(source.high() ^ mix(source.low() ^ mix(question))) | 1;
    }

    private int repeatSlot(long key) {
        return (int) (key >>> 32) & (repeatKeys.length - 1);
    }

    private void forget(Query query, Source source, long subnet) {
        repeatKeys[repeatSlot(repeatKey(query, source, subnet))] = 0;
    }

    private boolean repeated(Query query, Source source, long subnet, long nowMs) {
        long key = repeatKey(query, source, subnet);
        int slot = repeatSlot(key);
        if (repeatKeys[slot] == key && nowMs - repeatAtMs[slot] < settings.repeatMs()) {
            return true;
        }
        repeatKeys[slot] = key;
        repeatAtMs[slot] = nowMs;
        return false;
    }

    /** Where it is counted; null: all places are taken by those who come before it. */
    private @Nullable ResolverCount of(Source source, boolean proven) {
        int at = place(source.high(), source.low(), slots.length);
        for (; slots[at] != null; at = (at + 1) & (slots.length - 1)) {
            ResolverCount known = slots[at];
            if (known != null
                    && known.high == source.high()
                    && known.low == source.low()
                    && known.ipv6 == source.ipv6()) {
                return known;
            }
        }
        ResolverCount fresh = new ResolverCount(source.ipv6(), source.high(), source.low());
        if (counted >= settings.maxResolvers()) {
            return inherit(fresh, proven) ? fresh : null;
        }
        counted++;
        if (counted * 2 > slots.length) {
            grow();
            put(fresh);
        } else {
            slots[at] = fresh;
        }
        return fresh;
    }

    private static int place(long high, long low, int slots) {
        return (int) mix(high * 31 + low) & (slots - 1);
    }

    private static long mix(long value) {
        long mixed = (value ^ value >>> 32) * 0xD6E8FEB86659FD93L;
        return mixed ^ mixed >>> 32;
    }

    private void put(ResolverCount one) {
        int at = place(one.high, one.low, slots.length);
        while (slots[at] != null) {
            at = (at + 1) & (slots.length - 1);
        }
        slots[at] = one;
    }

    private void grow() {
        @Nullable ResolverCount[] old = slots;
        slots = new ResolverCount[old.length * 2];
        for (ResolverCount each : old) {
            if (each != null) {
                put(each);
            }
        }
    }

    /** Whether it got a place: that of the lightest of a few that have proven nothing; where all have, the lightest of these, but only for one who has, too. */
    private boolean inherit(ResolverCount fresh, boolean proven) {
        int at = random.nextInt(slots.length);
        int victimAt = -1;
        ResolverCount victim = null;
        for (int sampled = 0; sampled < SAMPLED; at = (at + 1) & (slots.length - 1)) {
            ResolverCount one = slots[at];
            if (one != null) {
                sampled++;
                if (victim == null || one.givesWayBefore(victim)) {
                    victim = one;
                    victimAt = at;
                }
            }
        }
        if (victim == null || (victim.proven > 0 && !proven)) {
            return false;
        }
        fresh.questions = victim.questions;
        fresh.overcount = victim.questions;
        remove(victimAt);
        put(fresh);
        return true;
    }

    /** Closes the gap, so that what was put behind it is still found (Knuth, TAOCP 3, 6.4 R). */
    private void remove(int from) {
        int gap = from;
        slots[gap] = null;
        for (int at = (gap + 1) & (slots.length - 1); slots[at] != null; at = (at + 1) & (slots.length - 1)) {
            ResolverCount one = slots[at];
            if (one == null) {
                return;
            }
            int home = place(one.high, one.low, slots.length);
            boolean between = gap <= at ? gap < home && home <= at : gap < home || home <= at;
            if (!between) {
                slots[gap] = one;
                slots[at] = null;
                gap = at;
            }
        }
    }

    /** Takes out all that was counted. On the event loop. */
    Drained drain() {
        List<ResolverCount> all = new ArrayList<>(counted);
        for (ResolverCount each : slots) {
            if (each != null) {
                all.add(each);
            }
        }
        slots = new ResolverCount[tableSize(Math.min(settings.maxResolvers(), Math.max(1_024, counted)))];
        counted = 0;
        Drained drained = new Drained(all, List.copyOf(beacons), beaconsUntold, uncounted, ofOneLink);
        beacons.clear();
        beaconsUntold = 0;
        uncounted = 0;
        ofOneLink = 0;
        return drained;
    }
}
