package io.fairlead.model.pool;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What keeps a pool from having the members that it wants, in words. */
final class Shortfall {

    private final PoolDefinition pool;
    private final Map<String, PoolBook> pools;
    private final List<String> domains;
    private final Map<String, Integer> owners = new TreeMap<>();
    private final Map<String, Integer> causes = new TreeMap<>();

    private Shortfall(PoolDefinition pool, Map<String, PoolBook> pools, long nowMs) {
        this.pool = pool;
        this.pools = pools;
        domains = pool.domainsAt(nowMs);
    }

    /**
     * A sentence such as "31 of 50: no more exits in fr with quality ≥ 60; 12 are exclusive to pool eu-dedicated until 2026-12-01T00:00Z; 3 are offline".
     *
     * @param exits of the fleet that can matter
     * @param pools by id
     */
    static String of(PoolBook book, Iterable<Candidate> exits, Map<String, PoolBook> pools, long nowMs) {
        Shortfall shortfall = new Shortfall(book.definition, pools, nowMs);
        Filter filter = new Filter(book.definition, 0);
        for (Candidate exit : exits) {
            if (!exit.pools.contains(book.definition.id()) && filter.fits(exit.profile)) {
                shortfall.count(exit, nowMs);
            }
        }
        return shortfall.sentence(book.members.size());
    }

    private void count(Candidate exit, long nowMs) {
        DomainClaims.Claim barring = exit.domains.barring(pool.id(), domains);
        if (exit.killed) {
            add("are killed");
        } else if (!exit.allowed()) {
            add("do not consent");
        } else if (!exit.condition.online()) {
            add("are offline");
        } else if (!exit.tenant.isEmpty() && !exit.tenant.equals(pool.owner())) {
            add("are kept for another tenant");
        } else if (!exit.owner.isEmpty()) {
            owned(exit.owner, "");
        } else if (barring != null && barring.phase() != DomainClaims.Phase.GOING) {
            owned(barring.pool(), " for " + barring.domain());
        } else if (pool.wholeAt(nowMs) && !exit.pools.isEmpty()) {
            add("are in other pools, and this one is exclusive");
        } else if (!exit.clearAfter.equals(Stamp.NONE)
                || barring != null
                || (pool.wholeAt(nowMs) && !exit.domains.isEmpty())) {
            add("are still being taken from another pool");
        } else if (!exit.domains.haveRoom(pool.id(), domains)) {
            add("are kept for " + DomainClaims.MOST + " domains already");
        } else if (exit.quality(pool) < pool.minQuality()) {
            add(String.format(Locale.ROOT, "have a quality under %s", number(pool.minQuality())));
        } else {
            add("would bring its health under the minimum");
        }
    }

    private void owned(String owner, String domain) {
        PoolBook other = pools.get(owner);
        long until = other == null ? 0 : other.definition.exclusiveUntilMs();
        owners.merge(
                "exclusive to pool " + owner + domain
                        + (until == 0
                                ? ""
                                : " until " + Instant.ofEpochMilli(until).truncatedTo(ChronoUnit.MINUTES)),
                1,
                Integer::sum);
    }

    private void add(String cause) {
        causes.merge(cause, 1, Integer::sum);
    }

    private String sentence(int members) {
        List<String> parts = new ArrayList<>();
        owners.forEach((owned, n) -> parts.add(n + (n == 1 ? " is " : " are ") + owned));
        causes.forEach((cause, n) -> parts.add(n + " " + (n == 1 ? singular(cause) : cause)));
        return members + " of " + pool.wantedMembers() + ": no more exits" + asked()
                + (parts.isEmpty() ? "" : "; " + String.join("; ", parts));
    }

    private static String singular(String cause) {
        return cause.replaceFirst("^are ", "is ").replaceFirst("^have ", "has ").replaceFirst("^do ", "does ");
    }

    private String asked() {
        StringBuilder asked = new StringBuilder();
        if (!pool.types().isEmpty()) {
            asked.append(" of type ").append(joined(pool.types()).toLowerCase(Locale.ROOT));
        }
        if (!pool.countries().isEmpty()) {
            asked.append(" in ").append(joined(pool.countries()));
        }
        if (!pool.regions().isEmpty()) {
            asked.append(", region ").append(joined(pool.regions()));
        }
        if (!pool.cities().isEmpty()) {
            asked.append(", city ").append(joined(pool.cities()));
        }
        if (!pool.asns().isEmpty()) {
            asked.append(" of AS").append(joined(pool.asns()));
        }
        if (pool.minQuality() > 0) {
            asked.append(" with quality ≥ ").append(number(pool.minQuality()));
        }
        return asked.toString();
    }

    private static String joined(List<?> values) {
        return String.join(" or ", values.stream().map(String::valueOf).toList());
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
