package io.fairlead.relay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.edge.table.InvalidConfigException;
import io.fairlead.model.policy.RelayPolicy;
import io.fairlead.model.policy.Scope;
import io.fairlead.relay.leg.LegSettings;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.policies.PolicyRecords;
import java.time.Instant;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

class RoomPoliciesTest {

    private static final RoomSettings OWN = RoomSettings.DEFAULTS.withWaits(300, 400, 500);
    private static final long NOW_MS = 1_700_000_000_000L;

    private final RoomPolicies policies = new RoomPolicies(() -> Instant.ofEpochMilli(NOW_MS));

    private static RelayPolicy policy(Scope scope, long lingerMs, long fromMs) {
        return new RelayPolicy(scope, fromMs, lingerMs, 2_000, 1, 4_000, 2, 700, 8_192, 10, 30_000, 0.2);
    }

    private void put(RelayPolicy policy) {
        policies.put("relay/" + policy.scope(), record(policy));
    }

    private static SpecificRecord record(RelayPolicy policy) {
        return PolicyRecords.write(policy, new Authorship("ada", "tried out", 7L, 1L));
    }

    @Test
    void whereNothingIsSaidTheEdgesOwnSettingsCount() {
        assertThat(policies.over("live/a", OWN)).isEqualTo(OWN);
        put(policy(Scope.ofRoom("live/a"), 9_000, 0));
        assertThat(policies.over("live/b", OWN)).isEqualTo(OWN);
        policies.removed("relay/room:live/a");
        assertThat(policies.over("live/a", OWN)).isEqualTo(OWN);
    }

    @Test
    void whatIsSaidOfARoomCountsForItsRenditionsAndMoreThanWhatIsSaidOfAll() {
        put(policy(Scope.GLOBAL, 1_000, 0));
        put(policy(Scope.ofRoom("live/a"), 9_000, 0));
        assertThat(policies.over("live/a", OWN).lingerMs()).isEqualTo(9_000);
        assertThat(policies.over("live/a/720p", OWN).lingerMs()).isEqualTo(9_000);
        assertThat(policies.over("live/b", OWN).lingerMs()).isEqualTo(1_000);
    }

    @Test
    void allThatAPolicySaysCountsAndTheRestStays() {
        put(policy(Scope.GLOBAL, 1_000, 0));
        RoomSettings now = policies.over("live/a", OWN);
        assertThat(now.lagMs()).isEqualTo(2_000);
        assertThat(now.maxSkips()).isEqualTo(1);
        assertThat(now.stallMs()).isEqualTo(4_000);
        assertThat(now.burstBytes()).isEqualTo(8_192);
        assertThat(now.ring().youngGopMs()).isEqualTo(700);
        assertThat(now.ring().keepMs()).isEqualTo(OWN.ring().keepMs());
        assertThat(now.sourceGraceMs()).isEqualTo(400);
        LegSettings leg = policies.over("live/a", LegSettings.DEFAULTS);
        assertThat(leg.secondaryMasters()).isEqualTo(2);
        assertThat(leg.lingerMs()).isEqualTo(1_000);
        assertThat(leg.mergeMs()).isEqualTo(LegSettings.DEFAULTS.mergeMs());
    }

    @Test
    void aPolicyThatBeginsLaterDoesNotCountYet() {
        put(policy(Scope.GLOBAL, 1_000, NOW_MS + 1));
        assertThat(policies.over("live/a", OWN)).isEqualTo(OWN);
    }

    @Test
    void policiesThatContradictThemselvesAreRefusedWithWhatToDo() {
        RelayPolicy hasty =
                new RelayPolicy(Scope.ofRoom("live/a"), 0, 1_000, 5_000, 1, 2_000, 2, 5_000, 8_192, 20, 30_000, 0.2);
        assertThatThrownBy(() -> RoomPolicies.check("relay/room:live/a", record(hasty)))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("raise stallMs or lower slowLagMs")
                .hasMessageContaining("lower burstAgeMs or raise slowLagMs")
                .hasMessageContaining("set them in relay/default");
    }
}
