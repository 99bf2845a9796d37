package io.fairlead.model.policy;

import java.util.List;

/**
 * What exits are benchmarked against for one class of targets.
 *
 * @param targetClass name of the class, such as shop, search, default
 * @param url http or https URL that is fetched through the exit
 * @param weight weight of the class in the published rate where no traffic says it (0–1000)
 * @param hosts host names, or suffixes that begin with a dot, that belong to the class
 */
public record BenchmarkTarget(String targetClass, String url, double weight, List<String> hosts) {

    public BenchmarkTarget {
        hosts = List.copyOf(hosts);
    }

    /** Whether a host (lower case, no port) belongs to this class. */
    public boolean covers(String host) {
        for (String pattern : hosts) {
            if (pattern.equals(host)
                    || (pattern.startsWith(".") && (host.endsWith(pattern) || host.equals(pattern.substring(1))))) {
                return true;
            }
        }
        return false;
    }
}
