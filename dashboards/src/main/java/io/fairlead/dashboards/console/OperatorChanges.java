package io.fairlead.dashboards.console;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.dashboards.access.Access;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.ConflictResponse;
import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What operators change by the console: {@link ConsoleGate} has let them in, {@link PolicyChanges} carries it out. */
final class OperatorChanges {

    private static final Logger LOG = LoggerFactory.getLogger(OperatorChanges.class);

    private final ConsoleGate gate;
    private final Optional<PolicyChanges> policies;

    /** A policy that is to be as it was in an earlier revision. */
    record Rollback(
            @Nullable String key,
            @Nullable Long toRevision,
            @Nullable Long expectedRevision,
            @Nullable String reason) {}

    /** Fields of a policy that are to be otherwise. */
    record Fields(
            @Nullable String key,
            @Nullable ObjectNode fields,
            @Nullable Long expectedRevision,
            @Nullable String reason) {}

    /**
     * A change that was made.
     *
     * @param done in a sentence
     */
    record Done(String done) {}

    /** One change, carried out. */
    @FunctionalInterface
    private interface Change {
        String make() throws PolicyChanges.RefusedException;
    }

    /** @param policies empty: the console was started to look only */
    OperatorChanges(ConsoleGate gate, Optional<PolicyChanges> policies) {
        this.gate = gate;
        this.policies = policies;
    }

    /** {@code POST /api/policy-rollbacks}. */
    Done rollback(Context context) {
        Access.Known operator = gate.operator(context);
        Rollback asked = context.bodyAsClass(Rollback.class);
        String key = asked.key();
        Long to = asked.toRevision();
        Long expected = asked.expectedRevision();
        String reason = told(asked.reason());
        if (key == null || to == null || expected == null || reason.isEmpty()) {
            throw new BadRequestResponse(
                    "Say which policy (key), to which revision (toRevision), what you saw (expectedRevision), and why (reason).");
        }
        PolicyChanges changes = changes("rollback");
        return made(operator, () -> changes.rollback(key, to, expected, operator.name(), reason));
    }

    /** {@code POST /api/policy-changes}. */
    Done set(Context context) {
        Access.Known operator = gate.operator(context);
        Fields asked = context.bodyAsClass(Fields.class);
        String key = asked.key();
        ObjectNode fields = asked.fields();
        Long expected = asked.expectedRevision();
        String reason = told(asked.reason());
        if (key == null || fields == null || fields.isEmpty() || expected == null || reason.isEmpty()) {
            throw new BadRequestResponse(
                    "Say which policy (key), what changes (fields, an object of values by field), what you saw (expectedRevision, 0: not set), and why (reason).");
        }
        PolicyChanges changes = changes("set");
        return made(operator, () -> changes.set(key, fields.toString(), expected, operator.name(), reason));
    }

    private static String told(@Nullable String reason) {
        return Optional.ofNullable(reason).orElse("").strip();
    }

    private PolicyChanges changes(String command) {
        return policies.orElseThrow(() ->
                new ForbiddenResponse("This console was started to look only. Use fairlead policy " + command + "."));
    }

    private Done made(Access.Known operator, Change change) {
        try {
            String done = change.make();
            gate.changed("ok");
            LOG.info("{}: {}", operator.name(), done);
            return new Done(done);
        } catch (PolicyChanges.RefusedException e) {
            gate.changed("refused");
            throw new ConflictResponse(String.valueOf(e.getMessage()));
        }
    }
}
