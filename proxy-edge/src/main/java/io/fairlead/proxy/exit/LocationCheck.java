package io.fairlead.proxy.exit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds what exits declare of their place against what is known of the address that this edge sees. What was observed counts where the two
 * differ, and fills in what was not declared. Any thread.
 */
public final class LocationCheck {

    private static final Logger LOG = LoggerFactory.getLogger(LocationCheck.class);
    private static final int MOST_REMEMBERED = 10_000;

    private final ObservedLocations observed;
    private final LongAdder mismatches = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final Cache<String, String> logged = Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .executor(Runnable::run)
            .build();

    public LocationCheck(ObservedLocations observed) {
        this.observed = observed;
    }

    /**
     * The exit with the location that counts.
     *
     * @param seenAt address that the edge sees; null: none
     */
    public ExitInfo judged(ExitInfo declared, @Nullable InetAddress seenAt) {
        if (seenAt == null || observed == ObservedLocations.NONE) {
            return declared;
        }
        ObservedLocations.Seen seen = look(seenAt);
        Location says = declared.location();
        Location is = seen.location();
        boolean sameCountry = is.country().isEmpty() || is.country().equals(says.country());
        boolean sameRegion = sameCountry
                && (is.region().isEmpty()
                        || is.region().equals(says.region())
                        || seen.regionCode().equals(says.region()));
        boolean sameCity = sameRegion && (is.city().isEmpty() || is.city().equals(says.city()));
        boolean sameAsn = is.asn() == 0 || is.asn() == says.asn();
        boolean lies = (!sameCountry && !says.country().isEmpty())
                || (sameCountry && !sameRegion && !says.region().isEmpty())
                || (sameRegion && !sameCity && !says.city().isEmpty())
                || (!sameAsn && says.asn() != 0);
        if (lies) {
            mismatch(declared.exitId(), says, is);
        }
        return new ExitInfo(
                declared.exitId(),
                declared.poolType(),
                sameCountry ? declared.country() : is.country(),
                sameRegion ? declared.region() : is.region(),
                sameCity ? declared.city() : is.city(),
                sameAsn ? says.asn() : is.asn(),
                declared.os(),
                declared.consent(),
                declared.declaredCapacityRequests(),
                declared.pools(),
                declared.agentEpochMs());
    }

    private ObservedLocations.Seen look(InetAddress address) {
        try {
            return observed.at(address);
        } catch (IOException e) {
            failures.increment();
            LOG.debug("the location of an exit's address can't be looked up", e);
            return ObservedLocations.Seen.NOTHING;
        }
    }

    private void mismatch(String exitId, Location says, Location is) {
        mismatches.increment();
        String told = says + " / " + is;
        if (!told.equals(logged.asMap().put(exitId, told))) {
            LOG.warn("exit {} says that it is in {}; its address is in {}, which counts", exitId, says, is);
        }
    }

    /** Times that an exit declared another place than that of its address. */
    public long mismatches() {
        return mismatches.sum();
    }

    /** Shows what happens here as meters. */
    public void bindTo(MeterRegistry metrics) {
        FunctionCounter.builder("fairlead.exits.location.mismatches", mismatches, LongAdder::sum)
                .description("Times that an exit declared another place than that of its address")
                .register(metrics);
        FunctionCounter.builder("fairlead.exits.location.failures", failures, LongAdder::sum)
                .description("Look-ups of an address that failed")
                .register(metrics);
    }
}
