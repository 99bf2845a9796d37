package io.fairlead.proxy.attempt;

import io.fairlead.schemas.config.BenchmarkTarget;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which class a target belongs to, as the benchmark policy says: exits are good or bad at classes of targets. Changed by one
 * thread, read by any.
 */
public final class TargetClasses {

    /** Class of targets that no policy names. */
    public static final String DEFAULT = "default";

    private volatile Map<String, String> byHost = Map.of();

    /** Takes the hosts of all targets: names, and suffixes that begin with a dot. The first target to name a host wins. */
    public void update(List<BenchmarkTarget> targets) {
        Map<String, String> next = new HashMap<>();
        for (BenchmarkTarget target : targets) {
            for (String host : target.getHosts()) {
                next.putIfAbsent(host.toLowerCase(Locale.ROOT), target.getTargetClass());
            }
        }
        byHost = Map.copyOf(next);
    }

    /** @param host in lower case */
    public String of(String host) {
        Map<String, String> known = byHost;
        if (known.isEmpty()) {
            return DEFAULT;
        }
        String exact = known.get(host);
        if (exact != null) {
            return exact;
        }
        for (int dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
            String bySuffix = known.get(host.substring(dot));
            if (bySuffix != null) {
                return bySuffix;
            }
        }
        return DEFAULT;
    }
}
