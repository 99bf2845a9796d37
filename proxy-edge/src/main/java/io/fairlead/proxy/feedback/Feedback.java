package io.fairlead.proxy.feedback;

import io.fairlead.schemas.telemetry.TargetOutcome;
import io.fairlead.schemas.telemetry.ToldVerdict;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Takes in what customers tell of their requests, and tells it on. Each request counts once as fine and once as blocked, however often
 * that is told. Thread-safe; never waits.
 */
public final class Feedback {

    /** Longest body that is read, bytes. */
    public static final int LONGEST_BODY_BYTES = 64 << 10;

    /** Fields of the header that are looked at. */
    private static final int MOST_IN_HEADER = 16;

    private final String edgeId;
    private final RecentRequests requests;
    private final Consumer<TargetOutcome> telemetry;
    private final LongSupplier nanoClock;
    private final LongAdder taken = new LongAdder();
    private final LongAdder blocked = new LongAdder();
    private final LongAdder again = new LongAdder();
    private final LongAdder refused = new LongAdder();

    /** @param telemetry told of what is new; must not block */
    public Feedback(String edgeId, RecentRequests requests, Consumer<TargetOutcome> telemetry, LongSupplier nanoClock) {
        this.edgeId = edgeId;
        this.requests = requests;
        this.telemetry = telemetry;
        this.nanoClock = nanoClock;
    }

    /**
     * What became of a body.
     *
     * @param status HTTP status of the answer
     * @param json body of the answer
     */
    public record Answer(int status, String json) {}

    /** Takes in a body of JSON of one tenant. */
    public Answer take(String tenant, byte[] body) {
        List<Telling> tellings;
        try {
            tellings = Telling.read(body);
        } catch (Telling.UnreadableException e) {
            refused.increment();
            return new Answer(400, "{\"error\":" + quoted(String.valueOf(e.getMessage())) + "}\n");
        }
        int fresh = 0;
        int known = 0;
        StringBuilder errors = new StringBuilder();
        for (int index = 0; index < tellings.size(); index++) {
            Verdict verdict = take(tenant, tellings.get(index));
            fresh += verdict.fresh ? 1 : 0;
            known += verdict.error.isEmpty() && !verdict.fresh ? 1 : 0;
            if (!verdict.error.isEmpty()) {
                errors.append(errors.isEmpty() ? "" : ",")
                        .append("{\"index\":")
                        .append(index)
                        .append(",\"error\":")
                        .append(quoted(verdict.error))
                        .append('}');
            }
        }
        return new Answer(
                errors.isEmpty() ? 200 : 422,
                "{\"taken\":" + fresh + ",\"known\":" + known + ",\"refused\":[" + errors + "]}\n");
    }

    /**
     * Takes in fields of a header, each {@code ID=verdict} or several with commas between.
     *
     * @return what to answer, as a sentence
     */
    public String takeHeader(String tenant, List<String> fields) {
        int fresh = 0;
        int seen = 0;
        for (String field : fields) {
            for (String part : field.split(",")) {
                if (++seen > MOST_IN_HEADER) {
                    refused.increment();
                    return "at most " + MOST_IN_HEADER + " at once; tell the others by POST";
                }
                Verdict verdict = take(tenant, Telling.ofHeader(part));
                if (!verdict.error.isEmpty()) {
                    return "refused: " + verdict.error;
                }
                fresh += verdict.fresh ? 1 : 0;
            }
        }
        return "taken " + fresh + ", known " + (seen - fresh);
    }

    /** @param error empty: it was taken, or known before */
    private record Verdict(boolean fresh, String error) {}

    private Verdict take(String tenant, Telling telling) {
        String error = telling.error();
        RecentRequest request = null;
        if (error.isEmpty()) {
            request = telling.requestId().isEmpty()
                    ? requests.ofSession(tenant, telling.session(), telling.host())
                    : requests.find(telling.requestId());
            error = refusal(tenant, telling, request);
        }
        if (request == null || !error.isEmpty()) {
            refused.increment();
            return new Verdict(false, error);
        }
        boolean isBlock = telling.verdict() != ToldVerdict.OK;
        if (!request.isNew(isBlock)) {
            again.increment();
            return new Verdict(false, "");
        }
        taken.increment();
        if (isBlock) {
            blocked.increment();
        }
        telemetry.accept(record(request, telling));
        return new Verdict(true, "");
    }

    private String refusal(String tenant, Telling telling, @org.jspecify.annotations.Nullable RecentRequest request) {
        if (request == null) {
            return (telling.requestId().isEmpty()
                            ? "no request of this session" + (telling.host().isEmpty() ? "" : " to this host")
                            : "no request of this id")
                    + " is among the last " + requests.most() + " of edge " + edgeId
                    + "; tell the edge that served it, and sooner";
        }
        if (!request.tenant.equals(tenant)) {
            return "the request of this id is not tenant " + tenant + "'s";
        }
        return telling.host().isEmpty() || telling.host().equals(request.host)
                ? ""
                : "the request of this id asked for another host";
    }

    private TargetOutcome record(RecentRequest request, Telling telling) {
        TargetOutcome record = new TargetOutcome();
        record.setRequestId(request.id);
        record.setExitId(request.exitId);
        record.setTenant(request.tenant);
        record.setPool(request.pool);
        record.setSession(request.session);
        record.setTargetClass(request.targetClass);
        record.setTargetHost(request.toldHost);
        record.setVerdict(telling.verdict());
        record.setStatus(telling.status());
        record.setAfterMs(TimeUnit.NANOSECONDS.toMillis(Math.max(0, nanoClock.getAsLong() - request.atNanos)));
        return record;
    }

    private static String quoted(String sentence) {
        return '"' + sentence.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** Tellings that were new so far. */
    public long taken() {
        return taken.sum();
    }

    /** Shows what is told as meters {@code fairlead.feedback.*}. */
    public void bindTo(MeterRegistry registry) {
        counter(registry, "fairlead.feedback.taken", taken, "What customers told of requests, and was new");
        counter(registry, "fairlead.feedback.blocked", blocked, "Of these, blocks");
        counter(registry, "fairlead.feedback.known", again, "What customers told again");
        counter(
                registry,
                "fairlead.feedback.refused",
                refused,
                "What customers told of requests that are not theirs or not known");
    }

    private static void counter(MeterRegistry registry, String name, LongAdder adder, String description) {
        FunctionCounter.builder(name, adder, LongAdder::sum)
                .description(description)
                .register(registry);
    }
}
