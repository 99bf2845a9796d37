package io.fairlead.proxy.supernode;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.model.policy.PolitenessPolicy;
import io.fairlead.model.policy.Scope;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.policies.PolicyRecords;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** A policy bites from the time that it names, and not before. */
class PolicyCalendarTest {

    private static final String KEY = "politeness/default";

    private long nowMs = 1_000;
    private final List<Integer> obeyed = new ArrayList<>();
    private final PolicyCalendar calendar = new PolicyCalendar(
            () -> Instant.ofEpochMilli(nowMs),
            (key, record) -> obeyed.add(((PolitenessPolicy) PolicyRecords.read(record)).requestsPerMinute()));

    @Test
    void whatHasBegunIsObeyedAtOnceAndOnce() {
        calendar.put(KEY, policy(0, 10));
        calendar.tick();
        calendar.put(KEY, policy(0, 20));
        calendar.tick();
        assertThat(obeyed).containsExactly(10, 20);
    }

    @Test
    void whatBeginsLaterWaitsAndTheFormerOneGoesOn() {
        calendar.put(KEY, policy(0, 10));
        calendar.put(KEY, policy(3_000, 30));
        calendar.put(KEY, policy(2_000, 20));
        nowMs = 1_999;
        calendar.tick();
        assertThat(obeyed).containsExactly(10);
        nowMs = 2_000;
        calendar.tick();
        calendar.tick();
        assertThat(obeyed).containsExactly(10, 20);
        nowMs = 9_000;
        calendar.tick();
        assertThat(obeyed).containsExactly(10, 20, 30);
    }

    @Test
    void oneThatBeganEarlierThanTheOneInForceChangesNothing() {
        calendar.put(KEY, policy(900, 10));
        calendar.put(KEY, policy(800, 20));
        assertThat(obeyed).containsExactly(10);
    }

    @Test
    void oneThatIsTakenBackBeforeItBeginsNeverBites() {
        calendar.put(KEY, policy(2_000, 20));
        List<String> then = new ArrayList<>();
        calendar.remove(KEY, () -> then.add("removed"));
        nowMs = 3_000;
        calendar.tick();
        assertThat(obeyed).isEmpty();
        assertThat(then).containsExactly("removed");
    }

    private static SpecificRecord policy(long effectiveAtMs, int requestsPerMinute) {
        return PolicyRecords.write(
                new PolitenessPolicy(Scope.parse("default"), effectiveAtMs, requestsPerMinute, 0, List.of()),
                new Authorship("ann", "a test", 1L, 1L));
    }
}
