package io.fairlead.proxy.front;

import io.fairlead.proxy.attempt.Failure;
import io.fairlead.proxy.attempt.RequestLife;
import io.fairlead.proxy.attempt.RequestTerms;
import io.fairlead.proxy.exit.Target;
import io.fairlead.proxy.lease.Lease;
import io.fairlead.proxy.targeting.Targeting;
import io.fairlead.proxy.targeting.TargetingReader;
import io.fairlead.proxy.targeting.TargetingReader.Reading;
import io.fairlead.proxy.tenant.Login;
import io.fairlead.proxy.tenant.TenantGate;
import io.fairlead.proxy.tenant.TenantRules;
import io.fairlead.schemas.telemetry.ClientProtocol;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/** Whether a request whose tenant is known is served: may it have the pool and the target it asks for, and has its tenant room? */
sealed interface Admission {

    /** The request's life has begun, whatever was decided. */
    RequestLife life();

    /** It is. The tenant was entered, and is to be left when the request is over. */
    record Granted(RequestLife life, TenantRules tenant, Login.Proof proof) implements Admission {

        /** Why it would not be granted now; null: it would. */
        @Nullable
        Outcome revoked(TenantGate gate) {
            TenantRules now = gate.standing(tenant.id(), proof);
            if (now == null) {
                return Outcome.AUTHENTICATION_REQUIRED;
            }
            Failure failure = refusal(now, life.terms().pool(), life.terms().target());
            if (failure != null) {
                return failure.outcome();
            }
            return now.traffic().isUsedUp() ? Outcome.LIMIT_EXCEEDED : null;
        }

        /** The same if it is this tenant's; then it is counted as one that was cut. */
        @Nullable
        Outcome reviewed(Front front, String tenantId) {
            Outcome why = tenant.id().equals(tenantId) ? revoked(front.gate()) : null;
            if (why != null) {
                front.gate().counters().wasCut();
            }
            return why;
        }
    }

    /** It is not. */
    record Refused(RequestLife life, Failure failure) implements Admission {}

    /** @param arrivedNanos when all that is asked was known, by the nano clock */
    static Admission of(
            Front front,
            Login.Admitted login,
            Target target,
            ClientProtocol protocol,
            long arrivedNanos,
            EventLoop loop) {
        TenantRules tenant = login.tenant();
        Reading reading =
                TargetingReader.read(login.asked(), front.leases().settings().longestSeconds());
        Targeting targeting =
                reading instanceof Reading.Understood understood ? understood.targeting() : Targeting.NONE;
        String pool = targeting.pool().isEmpty() && !tenant.pools().isEmpty()
                ? tenant.pools().get(0)
                : targeting.pool();
        Failure failure = reading instanceof Reading.Refused refused
                ? because(Outcome.BAD_REQUEST, refused.detail())
                : refusal(tenant, pool, target);
        Targeting.Session session = targeting.session();
        Lease lease = null;
        if (failure == null && session != null) {
            lease = front.leases().hold(tenant.id(), pool, targeting.where(), session);
            failure = lease == null ? tooManySessions(tenant) : null;
        }
        RequestTerms terms = new RequestTerms(
                tenant.id(),
                pool,
                targeting.where(),
                lease,
                target,
                tenant.destinations(),
                protocol,
                login.source(),
                tenant.traffic(),
                arrivedNanos);
        RequestLife life = front.attempts().begin(terms, loop);
        if (failure == null) {
            failure = entering(tenant, arrivedNanos);
        }
        return failure == null ? new Granted(life, tenant, login.proof()) : new Refused(life, failure);
    }

    private static @Nullable Failure entering(TenantRules tenant, long nowNanos) {
        return switch (tenant.enter(nowNanos)) {
            case ENTERED -> null;
            case TOO_MANY_IN_FLIGHT ->
                because(
                        Outcome.LIMIT_EXCEEDED,
                        "tenant " + tenant.id() + " has its " + tenant.maxInFlightRequests() + " requests in flight");
            case TOO_MANY_A_SECOND ->
                because(
                        Outcome.LIMIT_EXCEEDED,
                        "tenant " + tenant.id() + " has had its " + tenant.maxRequestsPerSecond()
                                + " requests of this second");
            case TOO_MANY_BYTES_TODAY ->
                because(
                        Outcome.LIMIT_EXCEEDED,
                        "tenant " + tenant.id() + " has had its " + tenant.maxBytesPerDay()
                                + " bytes of this day, which ends at "
                                + tenant.traffic().dayEnds());
        };
    }

    private static Failure tooManySessions(TenantRules tenant) {
        return because(
                Outcome.LIMIT_EXCEEDED,
                "tenant " + tenant.id()
                        + " or this edge has as many sessions as it may; use one again, or wait until some have ended");
    }

    private static @Nullable Failure refusal(TenantRules tenant, String pool, Target target) {
        if (tenant.pools().isEmpty()) {
            return because(Outcome.POOL_FORBIDDEN, "tenant " + tenant.id() + " may use no pool");
        }
        if (!tenant.pools().contains(pool)) {
            return because(
                    Outcome.POOL_UNKNOWN,
                    "pool '" + pool + "' is none of tenant " + tenant.id() + "'s: "
                            + String.join(", ", tenant.pools()));
        }
        var verdict = tenant.destinations().checkName(target.host(), target.port());
        return verdict.allowed() ? null : because(Outcome.DESTINATION_FORBIDDEN, verdict.reason());
    }

    private static Failure because(Outcome outcome, String detail) {
        return new Failure(outcome, FaultLayer.CLIENT, detail, "");
    }
}
