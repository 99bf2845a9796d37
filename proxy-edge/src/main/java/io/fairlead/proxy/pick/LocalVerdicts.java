package io.fairlead.proxy.pick;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.fairlead.proxy.attempt.RequestTelemetry;
import io.fairlead.schemas.telemetry.AttemptPhase;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import io.fairlead.schemas.telemetry.TargetOutcome;
import io.fairlead.schemas.telemetry.ToldVerdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Tells the table what exits did with users' requests, and passes the records on. A failure that may be the target's as well
 * counts against the exit only when another exit then served the same request: a target that is down moves no exit.
 */
final class LocalVerdicts implements RequestTelemetry {

    private static final Duration DOUBT = Duration.ofMinutes(10);

    private final ExitTable table;
    private final RequestTelemetry next;
    private final Cache<String, List<String>> doubts;

    LocalVerdicts(ExitTable table, RequestTelemetry next, int maxDoubts, LongSupplier nanoClock) {
        this.table = table;
        this.next = next;
        this.doubts = Caffeine.newBuilder()
                .maximumSize(maxDoubts)
                .expireAfterWrite(DOUBT)
                .ticker(nanoClock::getAsLong)
                .executor(Runnable::run)
                .build();
    }

    @Override
    public void attempt(ProxiedAttempt attempt) {
        if (attempt.getPhase() == AttemptPhase.COMPLETED) {
            judge(attempt);
            table.answered(
                    attempt.getExitId(),
                    attempt.getPool(),
                    attempt.getTargetHost(),
                    attempt.getTargetClass(),
                    attempt.getStatus());
        }
        next.attempt(attempt);
    }

    private void judge(ProxiedAttempt attempt) {
        if (attempt.getOutcome() == Outcome.OK) {
            table.observed(attempt.getExitId(), true);
            if (attempt.getConnectUs() > 0) {
                table.connected(attempt.getExitId(), attempt.getConnectUs());
            }
        } else if (attempt.getLayer() == FaultLayer.CAPACITY && attempt.getOutcome() != Outcome.EXIT_BUSY) {
            table.refused(attempt.getExitId());
        } else if (attempt.getLayer() == FaultLayer.EXIT) {
            table.observed(attempt.getExitId(), false);
        } else if (attempt.getLayer() == FaultLayer.AMBIGUOUS && attempt.getOutcome() != Outcome.BLOCKED) {
            List<String> exits = new ArrayList<>(2);
            List<String> before = doubts.getIfPresent(attempt.getRequestId());
            if (before != null) {
                exits.addAll(before);
            }
            exits.add(attempt.getExitId());
            doubts.put(attempt.getRequestId(), exits);
        }
    }

    @Override
    public void outcome(TargetOutcome outcome) {
        if (outcome.getVerdict() == ToldVerdict.BLOCKED || outcome.getVerdict() == ToldVerdict.CAPTCHA) {
            table.blocked(outcome.getExitId(), outcome.getPool(), outcome.getTargetHost(), outcome.getTargetClass());
        }
        next.outcome(outcome);
    }

    @Override
    public void request(ProxiedRequest request) {
        boolean atOnce =
                request.getOutcome() == Outcome.OK && request.getExitIds().size() <= 1;
        List<String> exits = atOnce ? null : doubts.asMap().remove(request.getRequestId());
        if (exits != null && request.getOutcome() == Outcome.OK) {
            exits.forEach(exitId -> table.observed(exitId, false));
        }
        next.request(request);
    }
}
