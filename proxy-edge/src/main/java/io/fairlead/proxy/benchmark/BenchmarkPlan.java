package io.fairlead.proxy.benchmark;

import io.fairlead.schemas.config.BenchmarkPolicy;
import java.net.URI;
import java.util.List;

/**
 * What exits are benchmarked against, and when.
 *
 * @param goals what is fetched; empty: nothing is benchmarked
 * @param intervalMs between two benchmarks of an exit and class, ms
 * @param jitterShare 0.2 spreads the interval by ± 20 %
 * @param timeoutMs for one benchmark, connecting included, ms
 * @param retryMs after a failure the next one comes this soon, ms; then doubling up to the interval
 * @param skipAfterRequests skip while so many requests of the class went through the exit within the interval
 * @param concurrency benchmarks that run at once
 * @param maxResponseBytes an answer is read up to here, bytes
 */
public record BenchmarkPlan(
        List<Goal> goals,
        long intervalMs,
        double jitterShare,
        int timeoutMs,
        long retryMs,
        int skipAfterRequests,
        int concurrency,
        long maxResponseBytes) {

    public BenchmarkPlan {
        goals = List.copyOf(goals);
        if (intervalMs < 1 || timeoutMs < 1 || retryMs < 1 || concurrency < 1 || maxResponseBytes < 1) {
            throw new IllegalArgumentException("benchmark interval " + intervalMs + " ms, timeout " + timeoutMs
                    + " ms, retry " + retryMs + " ms, concurrency " + concurrency + ", response " + maxResponseBytes
                    + " bytes: all must be positive");
        }
        if (!(jitterShare >= 0 && jitterShare < 1) || skipAfterRequests < 0) {
            throw new IllegalArgumentException("benchmark jitter " + jitterShare + " must be in [0, 1), skip after "
                    + skipAfterRequests + " requests not negative");
        }
    }

    /** Every 10 min ± 20 %, 10 s timeout, again 30 s after a failure, 16 at once; goals are for the operator to name. */
    public static BenchmarkPlan of(List<Goal> goals) {
        return new BenchmarkPlan(goals, 600_000, 0.2, 10_000, 30_000, 20, 16, 256 << 10);
    }

    /** The plan that a policy record says. Its bounds are checked where policies are accepted, and here again. */
    public static BenchmarkPlan of(BenchmarkPolicy policy) {
        return new BenchmarkPlan(
                policy.getTargets().stream()
                        .map(target -> new Goal(target.getTargetClass(), URI.create(target.getUrl())))
                        .toList(),
                policy.getIntervalMs(),
                policy.getJitterShare(),
                Math.toIntExact(policy.getTimeoutMs()),
                policy.getRetryMs(),
                policy.getSkipAfterRequests(),
                policy.getConcurrency(),
                policy.getMaxResponseBytes());
    }

    /** The classes that have a goal. */
    List<String> classes() {
        return goals.stream().map(Goal::targetClass).distinct().toList();
    }

    /**
     * One URL of a class.
     *
     * @param url http or https, with a host
     */
    public record Goal(String targetClass, URI url) {

        public Goal {
            boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            if (!web || url.getHost() == null || url.getUserInfo() != null) {
                throw new IllegalArgumentException("benchmark target " + url + " of class " + targetClass
                        + " must be an http or https URL with a host and without a user");
            }
        }

        boolean tls() {
            return "https".equals(url.getScheme());
        }

        String host() {
            String host = url.getHost();
            return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        }

        int port() {
            return url.getPort() > 0 ? url.getPort() : tls() ? 443 : 80;
        }

        String pathAndQuery() {
            String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
            return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
        }
    }
}
