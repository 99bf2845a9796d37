package io.fairlead.model.policy;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What exits are benchmarked against, and when.
 *
 * @param scope what it counts for
 * @param effectiveAtMs counts from this time on, ms since the Unix epoch
 * @param targets one a target class, at most {@value #MAX_TARGETS}; none: nothing is benchmarked
 * @param intervalMs time between two benchmarks of an exit and class, ms (1 s – 24 h; meant to be 5–15 min)
 * @param jitterShare 0.2 spreads the interval by ±20 % (0–0.5)
 * @param timeoutMs one benchmark takes no longer, ms (100 ms – 60 s, under the interval)
 * @param retryMs after a failure the next comes this soon, then doubling up to the interval, ms (100 ms – interval)
 * @param skipAfterRequests skip while so many successful requests of the class were seen through the exit within the
 *     interval (0: never skip; –1 000 000)
 * @param concurrency benchmarks that one edge runs at once (1–10 000)
 * @param maxResponseBytes an answer is read no further (1 KiB – 64 MiB)
 */
public record BenchmarkPolicy(
        Scope scope,
        long effectiveAtMs,
        List<BenchmarkTarget> targets,
        long intervalMs,
        double jitterShare,
        long timeoutMs,
        long retryMs,
        int skipAfterRequests,
        int concurrency,
        long maxResponseBytes)
        implements Policy {

    /** Most target classes of one policy. The state of an exit holds no more classes than this plus {@link #OTHER_CLASS}. */
    public static final int MAX_TARGETS = 15;

    /** Most host patterns of one class. */
    public static final int MAX_HOSTS = 10_000;

    /** Class of every host that no target names. */
    public static final String OTHER_CLASS = "default";

    private static final BenchmarkPolicy DEFAULTS =
            new BenchmarkPolicy(Scope.GLOBAL, 0, List.of(), 600_000, 0.2, 10_000, 15_000, 20, 64, 1 << 20);

    public BenchmarkPolicy {
        targets = List.copyOf(targets);
    }

    /** The policy that counts where none is set: timing only, no target. */
    public static BenchmarkPolicy defaults() {
        return DEFAULTS;
    }

    /** The same with other targets. */
    public BenchmarkPolicy withTargets(List<BenchmarkTarget> targets) {
        return new BenchmarkPolicy(
                scope,
                effectiveAtMs,
                targets,
                intervalMs,
                jitterShare,
                timeoutMs,
                retryMs,
                skipAfterRequests,
                concurrency,
                maxResponseBytes);
    }

    /** Target class of a host: the exact name first, then the longest suffix, else {@link #OTHER_CLASS}. */
    public String classOf(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        String best = OTHER_CLASS;
        int bestLength = -1;
        for (BenchmarkTarget target : targets) {
            for (String pattern : target.hosts()) {
                int length = matchLength(pattern, name);
                if (length > bestLength) {
                    best = target.targetClass();
                    bestLength = length;
                }
            }
        }
        return best;
    }

    /** The target of a class. */
    public Optional<BenchmarkTarget> target(String targetClass) {
        return targets.stream().filter(t -> t.targetClass().equals(targetClass)).findFirst();
    }

    /**
     * Pause until the next benchmark of an exit and class.
     *
     * @param failuresInRow failures since the last success
     * @param uniform a random number in [0, 1)
     * @return ms
     */
    public long pauseMs(int failuresInRow, double uniform) {
        double pause = failuresInRow <= 0
                ? intervalMs
                : Math.min((double) intervalMs, (double) retryMs * Math.pow(2, Math.min(30, failuresInRow - 1)));
        return Math.max(1, Math.round(pause * (1 + jitterShare * (2 * uniform - 1))));
    }

    /** Whether real traffic says enough to skip a benchmark, given the successful requests of the class in one interval. */
    public boolean trafficSaysEnough(long successfulRequests) {
        return skipAfterRequests > 0 && successfulRequests >= skipAfterRequests;
    }

    @Override
    public List<Violation> validate() {
        Checks checks = new Checks()
                .within("effectiveAtMs", effectiveAtMs, 0L, Long.MAX_VALUE)
                .that(scope.ofExits(), "scope", scope, "one of exits", "rooms have policies of the kind relay alone")
                .within("intervalMs", intervalMs, 1_000, 86_400_000)
                .within("jitterShare", jitterShare, 0, 0.5)
                .within("timeoutMs", timeoutMs, 100, 60_000)
                .that(
                        timeoutMs < intervalMs,
                        "timeoutMs",
                        timeoutMs,
                        "under intervalMs (" + intervalMs + ")",
                        "lower it, or raise intervalMs")
                .within("retryMs", retryMs, 100, Math.max(100, intervalMs))
                .within("skipAfterRequests", skipAfterRequests, 0, 1_000_000)
                .within("concurrency", concurrency, 1, 10_000)
                .within("maxResponseBytes", maxResponseBytes, 1 << 10, 64 << 20)
                .that(
                        targets.size() <= MAX_TARGETS,
                        "targets",
                        targets.size() + " entries",
                        "at most " + MAX_TARGETS,
                        "group hosts into fewer classes");
        Set<String> classes = new TreeSet<>();
        Map<String, String> owners = new HashMap<>();
        for (BenchmarkTarget target : targets) {
            checkTarget(checks, target, classes, owners);
        }
        return checks.done();
    }

    private static void checkTarget(
            Checks checks, BenchmarkTarget target, Set<String> classes, Map<String, String> owners) {
        String field = "targets[" + target.targetClass() + "]";
        checks.that(
                        target.targetClass().matches("[a-z0-9][a-z0-9._-]{0,63}"),
                        field + ".targetClass",
                        "'" + target.targetClass() + "'",
                        "1 to 64 of a-z, 0-9, dot, dash, underscore",
                        "rename the class")
                .that(
                        classes.add(target.targetClass()),
                        field + ".targetClass",
                        target.targetClass(),
                        "named once",
                        "merge the entries of this class")
                .that(
                        isHttp(target.url()),
                        field + ".url",
                        "'" + target.url() + "'",
                        "an absolute http or https URL with a host",
                        "write it as https://host/path")
                .within(field + ".weight", target.weight(), 0, 1000)
                .that(
                        target.hosts().size() <= MAX_HOSTS,
                        field + ".hosts",
                        target.hosts().size() + " entries",
                        "at most " + MAX_HOSTS,
                        "use suffixes that begin with a dot");
        for (String host : target.hosts()) {
            String owner = owners.putIfAbsent(host, target.targetClass());
            checks.that(
                            owner == null,
                            field + ".hosts",
                            "'" + host + "'",
                            "in one class only, and it is in '" + owner + "' already",
                            "take it out of one of them")
                    .that(
                            !host.isEmpty() && !host.equals(".") && host.equals(host.toLowerCase(Locale.ROOT)),
                            field + ".hosts",
                            "'" + host + "'",
                            "a lower-case host name, or a suffix that begins with a dot",
                            "write it in lower case");
        }
    }

    private static int matchLength(String pattern, String name) {
        if (pattern.equals(name)) {
            return Integer.MAX_VALUE;
        }
        boolean suffix = pattern.startsWith(".") && (name.endsWith(pattern) || name.equals(pattern.substring(1)));
        return suffix ? pattern.length() : -1;
    }

    private static boolean isHttp(String url) {
        try {
            URI uri = URI.create(url);
            return uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()));
        } catch (IllegalArgumentException notAUri) {
            return false;
        }
    }
}
