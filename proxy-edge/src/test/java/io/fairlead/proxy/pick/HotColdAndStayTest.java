package io.fairlead.proxy.pick;

import static io.fairlead.proxy.pick.Exits.POOL;
import static io.fairlead.proxy.pick.Exits.info;
import static io.fairlead.proxy.pick.Exits.request;
import static io.fairlead.proxy.pick.Exits.score;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fairlead.schemas.telemetry.DisconnectReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The policy hot-cold, and where sessions are placed. */
class HotColdAndStayTest {

    private static final long MINUTE_MS = 60_000;

    private long nowMs = 1_700_000_000_000L;

    @Test
    void coldExitsAreChosenByHowFastTheyConnect() {
        ExitTable table = table(PickPolicy.HOT_COLD);
        for (int i = 0; i < 20; i++) {
            table.online(info("exit-" + i, 100, POOL));
            table.connected("exit-" + i, i < 2 ? 20_000 : 200_000);
        }
        Map<String, Integer> picks = picks(table, request(), 1_000);
        // One of two fast ones among three that are drawn: 27 %, and they are fewer than a tenth of all.
        assertThat(picks.get("exit-0") + picks.get("exit-1")).isBetween(200, 400);
    }

    @Test
    void hotExitsAreLeftAloneHoweverFastTheyConnect() {
        ExitTable table = table(PickPolicy.HOT_COLD);
        table.online(info("hot", 100, POOL));
        table.connected("hot", 1_000);
        List<Slot> held = new ArrayList<>();
        for (int i = 0; i < 99; i++) {
            Slot slot = new Slot();
            assertThat(table.pick(request(), slot)).isTrue();
            held.add(slot);
        }
        for (int i = 0; i < 20; i++) {
            table.online(info("cold-" + i, 100, POOL));
            table.connected("cold-" + i, 200_000);
        }
        picks(table, request(), 2_000); // until it is known how much is much
        assertThat(picks(table, request(), 1_000).getOrDefault("hot", 0)).isLessThan(10);
        held.forEach(Slot::release);
    }

    @Test
    void theQuantileOfLoadIsFollowed() {
        LoadQuantile load = new LoadQuantile();
        SplittableRandom chance = new SplittableRandom(1);
        for (int i = 0; i < 20_000; i++) {
            load.drawn(chance.nextDouble() * 0.5);
        }
        assertThat(load.value()).isCloseTo(0.42, within(0.05));
    }

    @Test
    void sessionsGoToExitsThatStay() {
        ExitTable table = table(PickPolicy.BAND);
        for (int day = 0; day < 200; day++) { // homes: most are gone after minutes
            table.online(info("short-" + day % 20, 4, POOL));
            nowMs += 2 * MINUTE_MS;
            table.offline("short-" + day % 20, DisconnectReason.LINK_LOST);
        }
        for (int i = 0; i < 10; i++) {
            table.online(info("old-" + i, 100, POOL));
            table.decided(score("old-" + i, 1, 1, 80, 100));
        }
        nowMs += 600 * MINUTE_MS;
        table.tick();
        for (int i = 0; i < 90; i++) {
            table.online(info("young-" + i, 100, POOL));
            table.decided(score("young-" + i, 1, 1, 85, 100));
        }
        table.jobSilent(false);
        nowMs += MINUTE_MS;
        assertThat(share(picks(table, request(), 1_000))).isLessThan(0.2);
        assertThat(share(picks(table, request().stayingMs(30 * MINUTE_MS), 1_000)))
                .isGreaterThan(0.25);
    }

    @Test
    void singleRequestsLeaveWhatSessionsWantAgainWhileOthersHaveRoom() {
        ExitTable table = table(PickPolicy.BAND);
        table.online(info("better", 8, POOL));
        table.decided(score("better", 1, 1, 90, 8));
        table.online(info("worse", 8, POOL));
        table.decided(score("worse", 1, 1, 60, 8));
        table.jobSilent(false);
        table.tick();
        take(table, request().onlyOf("better"), 3).forEach(Slot::release);
        List<Slot> held = take(table, request(), 13);
        assertThat(running(table, "better")).isEqualTo(5);
        assertThat(running(table, "worse")).isEqualTo(8);
        assertThat(take(table, request(), 1).get(0).exitId()).isEqualTo("better");
        held.forEach(Slot::release);
        nowMs += 3_000L * SessionWord.KEEP_S;
        table.tick();
        take(table, request(), 12);
        assertThat(running(table, "better")).isGreaterThan(5);
    }

    @Test
    void aSlotThatASessionWaitsForIsLeftToIt() {
        ExitTable table = table(PickPolicy.BAND);
        table.online(info("exit-1", 1, POOL));
        Slot single = take(table, request(), 1).get(0);
        Slot ofSession = new Slot();
        assertThat(table.pick(request().onlyOf("exit-1"), ofSession)).isFalse();
        assertThat(ofSession.isFull()).isTrue();
        table.waiting("exit-1", true);
        single.release();
        assertThat(table.pick(request(), new Slot())).isFalse();
        assertThat(table.pick(request().stayingMs(MINUTE_MS), new Slot())).isFalse();
        table.waiting("exit-1", false);
        assertThat(table.pick(request(), single)).isTrue();
        single.release();
        assertThat(table.pick(request().onlyOf("exit-1"), ofSession)).isTrue();
        ofSession.release();
        table.offline("exit-1", DisconnectReason.LINK_LOST);
        assertThat(table.pick(request().onlyOf("exit-1"), ofSession)).isFalse();
        assertThat(ofSession.isFull()).isFalse();
    }

    @Test
    void anExitThatRefusesIsGivenLessAtOnceAndMoreAgainByAndBy() {
        ExitTable table = table(PickPolicy.BAND);
        table.online(info("exit-1", 40, POOL));
        List<Slot> held = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            Slot slot = new Slot();
            assertThat(table.pick(request(), slot)).isTrue();
            held.add(slot);
        }
        table.refused("exit-1");
        assertThat(table.pick(request(), new Slot())).isFalse();
        assertThat(limit(table)).isEqualTo(29);
        held.forEach(Slot::release);
        for (int limit : new int[] {31, 34, 37, 40, 40}) {
            for (int second = 0; second < 4; second++) {
                table.tick();
            }
            assertThat(limit(table)).isEqualTo(limit);
        }
    }

    private static List<Slot> take(ExitTable table, PickRequest request, int count) {
        List<Slot> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Slot slot = new Slot();
            assertThat(table.pick(request, slot)).isTrue();
            taken.add(slot);
        }
        return taken;
    }

    private static int running(ExitTable table, String exitId) {
        Standing standing = table.standing(exitId);
        assertThat(standing).isNotNull();
        return standing == null ? 0 : standing.runningRequests();
    }

    private static int limit(ExitTable table) {
        Standing standing = table.standing("exit-1");
        assertThat(standing).isNotNull();
        return standing == null ? 0 : standing.capacityRequests();
    }

    private static double share(Map<String, Integer> picks) {
        int old = 0;
        int all = 0;
        for (Map.Entry<String, Integer> each : picks.entrySet()) {
            old += each.getKey().startsWith("old") ? each.getValue() : 0;
            all += each.getValue();
        }
        return (double) old / all;
    }

    private static Map<String, Integer> picks(ExitTable table, PickRequest request, int count) {
        Map<String, Integer> picks = new HashMap<>();
        Slot slot = new Slot();
        for (int i = 0; i < count; i++) {
            assertThat(table.pick(request, slot)).isTrue();
            picks.merge(slot.exitId(), 1, Integer::sum);
            slot.release();
        }
        return picks;
    }

    private ExitTable table(PickPolicy policy) {
        return new ExitTable(
                PickSettings.DEFAULTS.withPolicy(policy),
                () -> Instant.ofEpochMilli(nowMs),
                () -> nowMs * 1_000_000,
                new SplittableRandom(7));
    }
}
