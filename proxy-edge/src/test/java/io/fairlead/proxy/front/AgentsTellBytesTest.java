package io.fairlead.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.schemas.telemetry.AttemptPhase;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** After each tunnel its agent tells what it has carried, whatever the end was. */
@Timeout(60)
class AgentsTellBytesTest {

    private static List<ProxiedAttempt> settled(FrontRig rig) {
        return rig.attempts.stream()
                .filter(attempt -> attempt.getPhase() == AttemptPhase.SETTLED)
                .toList();
    }

    @Test
    void bothEndsCountTheSameOfATunnelThatEndsCleanly() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("x".repeat(100_000))) {
            rig.exit("exit-01");
            rig.curl("-p", site.url("/")); // ends by curl's closing, which is an end of its direction
            await().until(() -> settled(rig).size() == 1);
            ProxiedAttempt told = settled(rig).get(0);
            assertThat(told.getTenant()).isEqualTo("acme");
            assertThat(told.getExitId()).isEqualTo("exit-01");
            assertThat(told.getRequestId()).isEqualTo(rig.onlyRequest().getRequestId());
            assertThat(told.getBytesDown()).isGreaterThan(100_000);
            assertThat(told.getAgentBytesDown()).isEqualTo(told.getBytesDown());
            assertThat(told.getAgentBytesUp()).isEqualTo(told.getBytesUp()).isPositive();
            assertThat(told.getOutcome()).isEqualTo(Outcome.OK);
            assertThat(rig.lives.counters().settledTunnels()).isEqualTo(1);
            assertThat(rig.lives.counters().differingTunnels()).isZero();
            assertThat(rig.completed()).allMatch(attempt -> attempt.getAgentBytesDown() == -1);
        }
    }

    @Test
    void aTunnelOfSeveralRequestsIsToldWholeAndAResetOneToo() throws Exception {
        try (FrontRig rig = new FrontRig(
                        FrontSettings.DEFAULTS.withIdleTunnels(4, 16, 1_000),
                        io.fairlead.proxy.attempt.AttemptSettings.DEFAULTS);
                WebSite site = WebSite.saying("x".repeat(1_000))) {
            rig.exit("exit-01");
            rig.curl(site.url("/1"), site.url("/2"), site.url("/3"));
            await().until(() -> settled(rig).size() == 1);
            ProxiedAttempt told = settled(rig).get(0);
            assertThat(rig.requests).hasSize(3);
            assertThat(told.getBytesDown())
                    .isEqualTo(rig.requests.stream()
                            .mapToLong(request -> request.getBytesDown())
                            .sum());
            assertThat(told.getAgentBytesDown()).isEqualTo(told.getBytesDown());
            assertThat(told.getAgentBytesUp()).isEqualTo(told.getBytesUp());
            try (Raw tunnel = new Raw(rig.front.address())) {
                tunnel.send(
                        "CONNECT 127.0.0.1:" + site.port() + " HTTP/1.1\r\nHost: x\r\n" + Raw.AUTHORIZATION + "\r\n");
                assertThat(tunnel.head()).startsWith("HTTP/1.1 200");
                tunnel.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
                assertThat(tunnel.head()).startsWith("HTTP/1.1 200");
                tunnel.socket.setSoLinger(true, 0);
            }
            await().until(() -> settled(rig).size() == 2);
            ProxiedAttempt reset = settled(rig).get(1);
            assertThat(reset.getOutcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(reset.getAgentBytesUp()).isEqualTo(reset.getBytesUp()).isPositive();
        }
    }
}
