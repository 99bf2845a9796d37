package io.fairlead.jobs.map;

import io.fairlead.jobs.desk.Desk;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.model.map.Demand;
import io.fairlead.model.map.EvidenceClass;
import io.fairlead.model.map.Ladder;
import io.fairlead.model.map.Plan;
import io.fairlead.model.map.RollOut;
import io.fairlead.model.map.Succession;
import io.fairlead.model.map.Succession.Followed;
import io.fairlead.model.policy.MapPolicy;
import io.fairlead.model.popularity.Resolver;
import io.fairlead.schemas.config.DeliveryGroup;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.GroupChoice;
import io.fairlead.schemas.decisions.GroupState;
import io.fairlead.schemas.decisions.MapCohort;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.NameServerShare;
import io.fairlead.schemas.decisions.ResolverPopularity;
import io.fairlead.schemas.topics.Topics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes a map after another, and rolls each out. What must move, since its group is down or barred, moves at once and is part of no roll-out; of the rest the
 * stages decide, of those too that have no entry yet and are answered by a wider one until then. A new map is not made before the last is rolled out or taken back, unless something must move.
 */
final class MapEpochs {

    /** After its start the job reads for so long what stands, before it makes the first map. */
    private static final long FIRST_MS = 3_000;

    private static final int MOST_CHOICES = 8;

    /** Entries of an epoch that are told again though their answer stays, since they stand on something else now. */
    static final int MOST_RETOLD = 10_000;

    private static final double LEAST_SHARE = 0.02;

    /** What a question a second is taken to ask for while no edge says what it delivers, bit/s. */
    private static final double BITS_A_QUESTION = 1e6;

    /** What a share of popularity is worth while too few resolvers teach it: a start, and so much for each unit of −ln, ms. */
    private static final double POPULARITY_MS = 5;

    private static final double POPULARITY_UNIT_MS = 20;

    /** Half the interval around what popularity says, as a share. */
    private static final double POPULARITY_ERROR = 0.5;

    private final Map<AddressPrefix, Part> parts;
    private final GroupWatch groups;
    private final long jobEpoch;
    private final long epochMs;
    private final Regrets regrets = new Regrets();
    private final Map<String, GroupState> states = new TreeMap<>();
    private final Map<String, Double> prices = new HashMap<>();
    private RollOut rollOut;
    private long madeAtMs;
    private long mapEpoch;
    private long decisions;
    private boolean groupsChanged;
    private @Nullable Solved solved;

    /** Who is behind whom, as it was when the newest map was made; null: none was. */
    private @Nullable Clientele clientele;

    /** A map and the task that it solves. */
    record Solved(List<DeliveryGroup> groups, Ladder ladder, Demand demand, Followed followed, long policyVersion) {
        double demandBitsPerSecond() {
            return demand.totalBitsPerSecond();
        }

        /** Of all demand, without prices and what leaving costs, ms. */
        double meanCostMs() {
            return followed.plan().meanCostMs(demand);
        }
    }

    MapEpochs(Map<AddressPrefix, Part> parts, GroupWatch groups, long jobEpoch, long nowMs, long epochMs) {
        this.parts = parts;
        this.groups = groups;
        this.jobEpoch = jobEpoch;
        this.epochMs = epochMs;
        rollOut = new RollOut(0, nowMs, RollOut.State.DONE);
        madeAtMs = nowMs; // the first comes when what stands on the topics has been read
    }

    long decisions() {
        return decisions;
    }

    void groupsChanged() {
        groupsChanged = true;
    }

    /** Clients of a network were served by a group. */
    void seen(AddressPrefix clients, String group, double ms, MapPolicy policy) {
        Part part = answering(clients);
        Part own = parts.get(clients);
        double nearestMs = own != null && own.nearestMs > 0 ? own.nearestMs : part == null ? 0 : part.nearestMs;
        if (part != null && nearestMs > 0 && names(answer(part), group)) {
            double regretMs = Math.max(0, ms - nearestMs);
            regrets.served(regretMs);
            if (rollOut.state() != RollOut.State.RUNNING) {
                return;
            }
            if (RollOut.isControl(hash(part.prefix), policy)) {
                regrets.control(regretMs);
            } else if (part.cohort == MapCohort.ROLLED) {
                regrets.rolled(regretMs);
            }
        }
    }

    /** The part by whose entry clients are answered, or will be when its turn comes: the longest around them, or their resolver. */
    private @Nullable Part answering(AddressPrefix clients) {
        for (int length = clients.length(); length > 0; length--) {
            Part part = parts.get(clients.widened(length));
            if (part != null && (part.told != null || part.awaitsItsFirst())) {
                return part;
            }
        }
        Clientele known = clientele;
        Part resolver = known == null ? null : known.resolverOf(clients);
        return resolver == null || (resolver.told == null && !resolver.awaitsItsFirst()) ? null : resolver;
    }

    /** What is answered to a part now: by its own entry, or by the next one around it. */
    private @Nullable MapEntry answer(Part part) {
        MapEntry told = part.told;
        for (int length = part.prefix.length() - 1; told == null && length >= 0; length--) {
            Part around = parts.get(part.prefix.widened(length));
            told = around == null ? null : around.told;
        }
        return told;
    }

    private static boolean names(@Nullable MapEntry entry, String group) {
        return entry != null
                && entry.getChoices().stream()
                        .anyMatch(
                                each -> each.getShare() > 0 && each.getGroupId().equals(group));
    }

    void look(long nowMs, MapPolicy policy, long policyVersion, Desk.Out out) {
        if (groups.all().isEmpty()) {
            return;
        }
        Map<String, GroupWatch.Condition> conditions = groups.conditions(nowMs, policy);
        boolean mustMove = tellStates(conditions, nowMs, policy, policyVersion, out);
        boolean due = nowMs - madeAtMs >= epochMs && rollOut.state() != RollOut.State.RUNNING;
        boolean first = solved == null && nowMs - madeAtMs >= FIRST_MS;
        if (groups.isCut(nowMs, policy)) {
            return; // evidence stands still, and so does the map
        }
        if (first || (solved != null && (mustMove || due))) {
            make(conditions, nowMs, policy, policyVersion, out);
        } else if (rollOut.state() == RollOut.State.RUNNING) {
            step(nowMs, policy, out);
        }
    }

    /** Tells how groups are whose state has changed; whether one can't serve any more, or can again. */
    private boolean tellStates(
            Map<String, GroupWatch.Condition> conditions,
            long nowMs,
            MapPolicy policy,
            long policyVersion,
            Desk.Out out) {
        boolean mustMove = groupsChanged;
        groupsChanged = false;
        for (DeliveryGroup group : groups.all()) {
            String id = group.getGroupId();
            GroupState now = of(conditions, id).state();
            GroupState before = states.put(id, now);
            if (now != before) {
                mustMove |= before != null && serves(before) != serves(now);
                out.tell(
                        Topics.DECISIONS_MAP,
                        id,
                        MapStories.price(
                                group,
                                of(conditions, id),
                                prices.getOrDefault(id, 0.0),
                                planned(id),
                                stamp(nowMs, policyVersion),
                                policy));
            }
        }
        for (String gone : List.copyOf(states.keySet())) {
            if (!conditions.containsKey(gone)) {
                states.remove(gone);
                prices.remove(gone);
                out.tell(Topics.DECISIONS_MAP, gone, null);
            }
        }
        return mustMove;
    }

    private static boolean serves(GroupState state) {
        return state != GroupState.DOWN && state != GroupState.BARRED;
    }

    /** Every group has a condition. */
    private static GroupWatch.Condition of(Map<String, GroupWatch.Condition> conditions, String id) {
        return Objects.requireNonNull(conditions.get(id), id);
    }

    /** Rows of a map that is being made are parts that there are. */
    private Part part(Ladder ladder, int row) {
        return Objects.requireNonNull(parts.get(ladder.prefix(row)), () -> "row " + row);
    }

    private double planned(String id) {
        Solved now = solved;
        for (int group = 0; now != null && group < now.groups.size(); group++) {
            if (now.groups.get(group).getGroupId().equals(id)) {
                return now.followed.plan().loadsBitsPerSecond()[group];
            }
        }
        return 0;
    }

    private MapStories.Stamp stamp(long nowMs, long policyVersion) {
        return new MapStories.Stamp(new DecisionVersion(jobEpoch, ++decisions), nowMs, policyVersion, mapEpoch);
    }

    // ---- a new map

    private void make(
            Map<String, GroupWatch.Condition> conditions,
            long nowMs,
            MapPolicy policy,
            long policyVersion,
            Desk.Out out) {
        madeAtMs = nowMs;
        List<DeliveryGroup> all = List.copyOf(groups.all());
        double[] capacity = all.stream()
                .mapToDouble(group -> serves(of(conditions, group.getGroupId()).state())
                        ? policy.shedFromShare() * group.getCapacityBitsPerSecond()
                        : 0)
                .toArray();
        if (IntStream.range(0, capacity.length).allMatch(group -> capacity[group] == 0)) {
            return; // the former map stays
        }
        mapEpoch++;
        defaults();
        clientele = new Clientele(parts, nowMs, policy);
        Ladder ladder = ladder(all, conditions, nowMs, policy);
        Demand demand = ladder.demand();
        Followed followed = Succession.solve(
                demand,
                capacity,
                all.stream()
                        .mapToDouble(group -> prices.getOrDefault(group.getGroupId(), 0.0))
                        .toArray(),
                former(all, ladder),
                policy);
        Solved made = new Solved(all, ladder, demand, followed, policyVersion);
        solved = made;
        double[] priceMs = followed.plan().pricesMs();
        for (int group = 0; group < all.size(); group++) {
            DeliveryGroup each = all.get(group);
            prices.put(each.getGroupId(), priceMs[group]);
            out.tell(
                    Topics.DECISIONS_MAP,
                    each.getGroupId(),
                    MapStories.price(
                            each,
                            of(conditions, each.getGroupId()),
                            priceMs[group],
                            followed.plan().loadsBitsPerSecond()[group],
                            stamp(nowMs, policyVersion),
                            policy));
        }
        rollOut(made, nowMs, policy, out);
    }

    /** For whom nothing else says anything. */
    private void defaults() {
        for (boolean ipv6 : new boolean[] {false, true}) {
            AddressPrefix whole = new AddressPrefix(ipv6, 0, 0);
            parts.computeIfAbsent(whole, Part::new);
        }
    }

    private Ladder ladder(
            List<DeliveryGroup> all, Map<String, GroupWatch.Condition> conditions, long nowMs, MapPolicy policy) {
        int[] order = IntStream.range(0, all.size())
                .boxed()
                .sorted(Comparator.comparingInt(
                                (Integer group) -> all.get(group).getDefaultRank() == 0
                                        ? Integer.MAX_VALUE
                                        : all.get(group).getDefaultRank())
                        .thenComparing(group -> all.get(group).getGroupId()))
                .mapToInt(Integer::intValue)
                .toArray();
        double halfLifeMs = (double) policy.halfLifeMs();
        double questions = 0;
        for (Part part : parts.values()) {
            questions += part.questions(nowMs, halfLifeMs);
        }
        double delivered = conditions.values().stream()
                .mapToDouble(condition -> Math.max(0, condition.loadBitsPerSecond()))
                .sum();
        Clientele known = Objects.requireNonNull(clientele, "clientele");
        Map<Part, Double> demand = known.demandBitsPerSecond(
                questions > 0 ? delivered : 0, BITS_A_QUESTION / (halfLifeMs / 1_000), halfLifeMs);
        Ladder ladder = new Ladder(order);
        parts.values().stream()
                .sorted(Comparator.comparing((Part part) -> part.prefix.ipv6())
                        .thenComparingLong(part -> part.prefix.address())
                        .thenComparingInt(part -> part.prefix.length()))
                .forEach(part -> {
                    int row = ladder.add(part.prefix, demand.getOrDefault(part, 0.0));
                    know(ladder, row, part, all, known, nowMs, policy);
                });
        ladder.climb();
        return ladder;
    }

    private static void know(
            Ladder ladder,
            int row,
            Part part,
            List<DeliveryGroup> all,
            Clientele clientele,
            long nowMs,
            MapPolicy policy) {
        double rttHalfLifeMs = Resolver.RTT_HALF_LIVES * (double) policy.halfLifeMs();
        double[] nearestMs = {0};
        for (int group = 0; group < all.size(); group++) {
            int at = group;
            part.whereabouts
                    .best(all.get(group).getGroupId(), nowMs, rttHalfLifeMs)
                    .ifPresent(known -> {
                        double ms = known.rttMs().mean();
                        ladder.know(
                                row,
                                at,
                                known.evidence(),
                                ms,
                                (known.rttMs().upper() - known.rttMs().lower()) / 2);
                        nearestMs[0] = nearestMs[0] == 0 ? ms : Math.min(nearestMs[0], ms);
                    });
        }
        part.nearestMs = nearestMs[0];
        for (int group = 0; group < all.size(); group++) {
            Optional<double[]> clients = clientele.rttMs(part, all.get(group).getGroupId());
            if (clients.isPresent()) {
                ladder.know(row, group, EvidenceClass.CLIENT_RTT, clients.get()[0], clients.get()[1]);
            }
        }
        if (part.popularity == null || part.popularity.getPreferred().isEmpty()) {
            return;
        }
        prefer(ladder, row, all, part.popularity);
    }

    /** A group's share is worth what the nearest of its name servers says. */
    private static void prefer(Ladder ladder, int row, List<DeliveryGroup> all, ResolverPopularity popularity) {
        double[] ms = new double[all.size()];
        Arrays.fill(ms, Double.NaN);
        int preferred = -1;
        for (int group = 0; group < ms.length; group++) {
            String id = all.get(group).getGroupId();
            preferred = id.equals(popularity.getGroupId()) ? group : preferred;
            for (NameServerShare share : popularity.getShares()) {
                if (share.getGroupId().equals(id)) {
                    ms[group] = Double.isNaN(ms[group]) ? ms(share) : Math.min(ms[group], ms(share));
                }
            }
        }
        if (preferred >= 0 && !Double.isNaN(ms[preferred])) {
            ladder.prefer(row, preferred, ms, POPULARITY_ERROR);
        }
    }

    private static double ms(NameServerShare share) {
        return share.getCalibratedMs() >= 0
                ? share.getCalibratedMs()
                : POPULARITY_MS
                        - POPULARITY_UNIT_MS
                                * Math.log(Math.max(1e-6, share.getShare().getMean()));
    }

    private Succession.Former former(List<DeliveryGroup> all, Ladder ladder) {
        Map<String, Integer> index = new HashMap<>();
        for (int group = 0; group < all.size(); group++) {
            index.put(all.get(group).getGroupId(), group);
        }
        float[] shares = new float[ladder.rows() * all.size()];
        for (int row = 0; row < ladder.rows(); row++) {
            MapEntry told = part(ladder, row).told;
            for (GroupChoice choice : told == null ? List.<GroupChoice>of() : told.getChoices()) {
                Integer group = index.get(choice.getGroupId());
                if (group != null) {
                    shares[row * all.size() + group] = (float) choice.getShare();
                }
            }
        }
        return (row, group) -> shares[row * all.size() + group];
    }

    // ---- its roll-out

    private void rollOut(Solved made, long nowMs, MapPolicy policy, Desk.Out out) {
        boolean waiting = false;
        int retold = 0;
        for (int row = 0; row < made.ladder.rows(); row++) {
            Part part = part(made.ladder, row);
            part.planned = choices(made, row);
            part.before = null;
            part.cohort = MapCohort.SETTLED;
            if (mustBeTold(part)) {
                tell(part, part.planned, made, row, nowMs, out);
            } else if (differs(part)) {
                waiting = true;
                part.cohort = RollOut.isControl(hash(part.prefix), policy) ? MapCohort.CONTROL : MapCohort.WAITING;
            } else if (part.told == null || (retold < MOST_RETOLD && standsOnOther(part))) {
                retold += part.told == null ? 0 : 1;
                tell(part, part.planned, made, row, nowMs, out);
            }
        }
        regrets.nextMap();
        rollOut = waiting ? RollOut.begin(nowMs) : new RollOut(0, nowMs, RollOut.State.DONE);
        advance(made, nowMs, policy, out);
    }

    /** It is for whom nothing else says anything and has no entry, or one by which somebody is sent to a group that can't serve. */
    private boolean mustBeTold(Part part) {
        MapEntry told = part.told;
        return told == null
                ? part.prefix.length() == 0
                : told.getChoices().stream()
                        .anyMatch(choice -> choice.getShare() > 0
                                && !serves(states.getOrDefault(choice.getGroupId(), GroupState.DOWN)));
    }

    /** Who is answered so already by a wider entry gets his own at once. */
    private boolean differs(Part part) {
        MapEntry answered = answer(part);
        return answered == null || !MapStories.sameAnswer(answered.getChoices(), part.planned);
    }

    private static boolean standsOnOther(Part part) {
        MapEntry told = part.told;
        return told != null && !MapStories.sameStory(told.getChoices(), part.planned);
    }

    private void step(long nowMs, MapPolicy policy, Desk.Out out) {
        Solved made = solved;
        RollOut next = rollOut.step(nowMs, regrets.rolled(), regrets.control(), policy);
        if (made == null || next.equals(rollOut)) {
            return;
        }
        rollOut = next;
        if (next.state() == RollOut.State.HALTED) {
            takeBack(made, nowMs, policy, out);
        } else {
            advance(made, nowMs, policy, out);
        }
        regrets.clear();
    }

    /** Tells the entries of those whose turn has come, and how far the map is. */
    private void advance(Solved made, long nowMs, MapPolicy policy, Desk.Out out) {
        for (int row = 0; row < made.ladder.rows(); row++) {
            Part part = parts.get(made.ladder.prefix(row));
            if (part == null || (part.cohort != MapCohort.WAITING && part.cohort != MapCohort.CONTROL)) {
                continue;
            }
            if (rollOut.hasNew(hash(part.prefix), policy)) {
                part.before = part.told;
                part.cohort = rollOut.state() == RollOut.State.DONE ? MapCohort.SETTLED : MapCohort.ROLLED;
                tell(part, part.planned, made, row, nowMs, out);
            }
        }
        tellState(made, nowMs, policy, out, "");
    }

    private void takeBack(Solved made, long nowMs, MapPolicy policy, Desk.Out out) {
        for (int row = 0; row < made.ladder.rows(); row++) {
            Part part = parts.get(made.ladder.prefix(row));
            MapEntry before = part == null ? null : part.before;
            if (part != null && part.cohort == MapCohort.ROLLED && before == null) {
                part.told = null;
                out.tell(Topics.DECISIONS_MAP, part.prefix.toString(), null);
            } else if (part != null && part.cohort == MapCohort.ROLLED && before != null) {
                tell(part, before.getChoices(), made, row, nowMs, out);
            }
            if (part != null) {
                part.cohort = MapCohort.SETTLED;
                part.before = null;
            }
        }
        tellState(made, nowMs, policy, out, regrets.story());
    }

    private void tell(Part part, List<GroupChoice> choices, Solved made, int row, long nowMs, Desk.Out out) {
        MapEntry entry =
                MapStories.entry(part, choices, made.ladder.demandBitsPerSecond(row), stamp(nowMs, made.policyVersion));
        part.told = entry;
        out.tell(Topics.DECISIONS_MAP, part.prefix.toString(), entry);
    }

    private void tellState(Solved made, long nowMs, MapPolicy policy, Desk.Out out, String reason) {
        out.tell(
                Topics.DECISIONS_MAP,
                MapStories.STATE_KEY,
                MapStories.state(made, rollOut, regrets, stamp(nowMs, made.policyVersion), policy, reason));
    }

    private List<GroupChoice> choices(Solved made, int row) {
        Plan plan = made.followed.plan();
        double[] priceMs = plan.pricesMs();
        List<Integer> order = IntStream.range(0, made.groups.size())
                .boxed()
                .filter(group ->
                        serves(states.getOrDefault(made.groups.get(group).getGroupId(), GroupState.DOWN)))
                .sorted(Comparator.comparingDouble((Integer group) -> -share(plan, row, group))
                        .thenComparingDouble(group -> made.ladder.costMs(row, group) + priceMs[group])
                        .thenComparing(group -> made.groups.get(group).getGroupId()))
                .limit(MOST_CHOICES)
                .toList();
        double all =
                order.stream().mapToDouble(group -> share(plan, row, group)).sum();
        List<GroupChoice> choices = new ArrayList<>();
        for (int group : order) {
            choices.add(new GroupChoice(
                    made.groups.get(group).getGroupId(),
                    all == 0 ? (choices.isEmpty() ? 1 : 0) : share(plan, row, group) / all,
                    made.ladder.costMs(row, group),
                    made.ladder.errorMs(row, group),
                    MapStories.evidence(made.ladder.evidence(row, group))));
        }
        return choices;
    }

    private static double share(Plan plan, int row, int group) {
        double share = plan.share(row, group);
        return share < LEAST_SHARE ? 0 : share;
    }

    /** Evenly spread (the finisher of MurmurHash3). */
    private static long hash(AddressPrefix prefix) {
        long hash = prefix.address() ^ (prefix.length() * 0x9E3779B97F4A7C15L) ^ (prefix.ipv6() ? 1 : 0);
        hash = (hash ^ (hash >>> 33)) * 0xFF51AFD7ED558CCDL;
        hash = (hash ^ (hash >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return hash ^ (hash >>> 33);
    }
}
