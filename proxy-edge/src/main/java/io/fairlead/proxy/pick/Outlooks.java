package io.fairlead.proxy.pick;

import io.fairlead.schemas.config.PoolDefinition;
import io.fairlead.schemas.decisions.PoolForecast;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What is known of curated pools beside their members: who lends to them, and whether they are forecast to fall short. Read by picks without a lock. */
final class Outlooks {

    /** That a pool falls short counts for so long: what a dead job has left behind must not bar weak members for ever. */
    private static final long FORECAST_COUNTS_MS = 300_000;

    private final InstantSource clock;
    private final Map<String, Outlook> byPool = new ConcurrentHashMap<>();

    /** When pools were last said to fall short, ms since the Unix epoch. */
    private final Map<String, Long> shortSaidMs = new ConcurrentHashMap<>();

    Outlooks(InstantSource clock) {
        this.clock = clock;
    }

    /** Of a curated pool; null: it is not one. */
    @Nullable
    Outlook of(String poolId) {
        return byPool.get(poolId);
    }

    /** Pool that lends to a pool; empty: none does. */
    String lender(String poolId) {
        Outlook outlook = byPool.get(poolId);
        return outlook == null ? "" : outlook.sibling();
    }

    /** As whose a request of a pool counts where its lender has exits for itself: as the lender's if that lends these, too. */
    String borrowsAs(String poolId) {
        Outlook outlook = byPool.get(poolId);
        return outlook != null && outlook.lentInFull() ? outlook.sibling() : poolId;
    }

    void defined(PoolDefinition definition) {
        byPool.put(definition.getPoolId(), Outlook.of(definition, "", false));
        siblings();
    }

    void undefined(String poolId) {
        byPool.remove(poolId);
        siblings();
    }

    /** Who lends to whom: only a pool that is defined, and none that is for somebody else alone. */
    private void siblings() {
        byPool.replaceAll((id, each) -> {
            PoolDefinition borrower = each.definition();
            Outlook lender = byPool.get(borrower.getSibling());
            return lender != null && lends(lender.definition(), borrower)
                    ? Outlook.of(borrower, borrower.getSibling(), areForTheSame(lender.definition(), borrower))
                    : Outlook.of(borrower, "", false);
        });
    }

    /** What is exclusive as a whole only to those of the same tenant; what is so for some domains to all, but for these ({@link #borrowsAs}). */
    private static boolean lends(PoolDefinition lender, PoolDefinition borrower) {
        return !lender.getExclusive() || !lender.getExclusiveDomains().isEmpty() || areForTheSame(lender, borrower);
    }

    private static boolean areForTheSame(PoolDefinition lender, PoolDefinition borrower) {
        return !borrower.getOwner().isEmpty() && borrower.getOwner().equals(lender.getOwner());
    }

    void foreseen(PoolForecast forecast) {
        if (forecast.getFallsShort()) {
            shortSaidMs.put(forecast.getPoolId(), forecast.getIssuedAtMs());
        } else {
            shortSaidMs.remove(forecast.getPoolId());
        }
    }

    void unforeseen(String poolId) {
        shortSaidMs.remove(poolId);
    }

    /** Whether a pool is forecast to fall short. */
    boolean isShort(String poolId) {
        Long saidMs = shortSaidMs.get(poolId);
        return saidMs != null && clock.millis() - saidMs <= FORECAST_COUNTS_MS;
    }

    /** Pools that are forecast to fall short now. */
    int shortPools() {
        return (int) shortSaidMs.keySet().stream().filter(this::isShort).count();
    }
}
