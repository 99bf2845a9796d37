package io.fairlead.model.pool;

import io.fairlead.model.PoolType;
import io.fairlead.model.policy.Checks;
import io.fairlead.model.policy.Violation;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an operator says that a pool must be. Lists that are empty ask for nothing.
 *
 * @param id 1–64 of {@code a-z 0-9 - _}, beginning with a letter or digit
 * @param types of connection
 * @param countries ISO 3166-1 alpha-2, lower case
 * @param regions lower case
 * @param cities lower case
 * @param asns autonomous systems
 * @param minQuality least quality of a new member, 0–100
 * @param targetClasses classes of targets that quality counts for; empty: the mix
 * @param minMembers fewer are not enough, whatever their health (0 – max)
 * @param wantedMembers it is formed of so many (min – max)
 * @param maxMembers curing adds no more (1 – {@value #MOST_MEMBERS})
 * @param minHealth least health, 0–1
 * @param horizonMs how far ahead health is foreseen, ms (1 min – a day)
 * @param nodeFloor members under this quality are replaced even if the pool is healthy, 0–100
 * @param owner tenant that it is for; empty: any that may use the pool
 * @param exclusive it has its exits for itself: as a whole, so that they are in no other pool, or for some domains
 * @param exclusiveUntilMs when that ends, ms since the Unix epoch; 0: never
 * @param exclusiveDomains for hosts of these and under these no other pool may use its exits, which it may share for anything else; empty: it has
 *     them as a whole ({@link DomainName}, at most {@value #MOST_DOMAINS})
 * @param sibling pool that edges borrow from while this one is forecast to fall short; empty: none
 * @param relaxable what may be done without when nobody else is left, in this order
 */
public record PoolDefinition(
        String id,
        List<PoolType> types,
        List<String> countries,
        List<String> regions,
        List<String> cities,
        List<Long> asns,
        double minQuality,
        List<String> targetClasses,
        int minMembers,
        int wantedMembers,
        int maxMembers,
        double minHealth,
        long horizonMs,
        double nodeFloor,
        String owner,
        boolean exclusive,
        long exclusiveUntilMs,
        List<String> exclusiveDomains,
        String sibling,
        List<Requirement> relaxable) {

    /** Largest pool, members. */
    public static final int MOST_MEMBERS = 50_000;

    /** Most values of one requirement. */
    public static final int MOST_VALUES = 64;

    /** Most domains that a pool is exclusive for. */
    public static final int MOST_DOMAINS = 64;

    private static final int MOST_ID_CHARS = 64;
    private static final long MINUTE_MS = 60_000;
    private static final long DAY_MS = 86_400_000;

    public PoolDefinition {
        types = List.copyOf(types);
        countries = List.copyOf(countries);
        regions = List.copyOf(regions);
        cities = List.copyOf(cities);
        asns = List.copyOf(asns);
        targetClasses = List.copyOf(targetClasses);
        exclusiveDomains = List.copyOf(exclusiveDomains);
        relaxable = List.copyOf(relaxable);
    }

    /** A pool that is exclusive, if it is, of its exits as a whole. */
    public PoolDefinition(
            String id,
            List<PoolType> types,
            List<String> countries,
            List<String> regions,
            List<String> cities,
            List<Long> asns,
            double minQuality,
            List<String> targetClasses,
            int minMembers,
            int wantedMembers,
            int maxMembers,
            double minHealth,
            long horizonMs,
            double nodeFloor,
            String owner,
            boolean exclusive,
            long exclusiveUntilMs,
            String sibling,
            List<Requirement> relaxable) {
        this(
                id,
                types,
                countries,
                regions,
                cities,
                asns,
                minQuality,
                targetClasses,
                minMembers,
                wantedMembers,
                maxMembers,
                minHealth,
                horizonMs,
                nodeFloor,
                owner,
                exclusive,
                exclusiveUntilMs,
                List.of(),
                sibling,
                relaxable);
    }

    /** The same pool, exclusive for these domains. */
    public PoolDefinition exclusiveFor(List<String> domains, long untilMs) {
        return new PoolDefinition(
                id,
                types,
                countries,
                regions,
                cities,
                asns,
                minQuality,
                targetClasses,
                minMembers,
                wantedMembers,
                maxMembers,
                minHealth,
                horizonMs,
                nodeFloor,
                owner,
                true,
                untilMs,
                domains,
                sibling,
                relaxable);
    }

    /** A pool of any exits, as large as is said: shared, health 0.6 foreseen 15 min ahead, up to half as many more at need. */
    public static PoolDefinition of(String id, int wantedMembers) {
        return new PoolDefinition(
                id,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                0,
                List.of(),
                (wantedMembers + 1) / 2,
                wantedMembers,
                (int) Math.min(MOST_MEMBERS, (wantedMembers * 3L + 1) / 2),
                0.6,
                15 * MINUTE_MS,
                0,
                "",
                false,
                0,
                "",
                List.of());
    }

    /** Whether it has its exits for itself at this time, as a whole or for some domains. */
    public boolean exclusiveAt(long nowMs) {
        return exclusive && (exclusiveUntilMs == 0 || nowMs < exclusiveUntilMs);
    }

    /** Whether its exits are in no other pool at this time. */
    public boolean wholeAt(long nowMs) {
        return exclusiveAt(nowMs) && exclusiveDomains.isEmpty();
    }

    /** Domains that it has its exits for alone at this time. */
    public List<String> domainsAt(long nowMs) {
        return exclusiveAt(nowMs) ? exclusiveDomains : List.of();
    }

    /** The requirements that count when the first {@code steps} of {@link #relaxable} are done without. */
    Set<Requirement> required(int steps) {
        EnumSet<Requirement> required = EnumSet.allOf(Requirement.class);
        relaxable.subList(0, Math.min(steps, relaxable.size())).forEach(required::remove);
        return required;
    }

    /** Everything that is wrong with it by itself; empty: it may be used. */
    public List<Violation> validate() {
        Checks checks = new Checks()
                .that(
                        idFits(id),
                        "id",
                        "'" + id + "'",
                        "1 to " + MOST_ID_CHARS + " of a-z 0-9 - _ that begin with a letter or digit",
                        "choose another name")
                .within("maxMembers", (long) maxMembers, 1L, (long) MOST_MEMBERS)
                .within("wantedMembers", (long) wantedMembers, 1L, (long)
                        Math.max(1, Math.min(maxMembers, MOST_MEMBERS)))
                .within("minMembers", (long) minMembers, 0L, (long) Math.max(0, Math.min(wantedMembers, MOST_MEMBERS)))
                .within("minHealth", minHealth, 0, 1)
                .within("minQuality", minQuality, 0, 100)
                .within("nodeFloor", nodeFloor, 0, 100)
                .within("horizonMs", horizonMs, MINUTE_MS, DAY_MS)
                .within("exclusiveUntilMs", exclusiveUntilMs, 0L, Long.MAX_VALUE)
                .that(
                        exclusive || exclusiveUntilMs == 0,
                        "exclusiveUntilMs",
                        exclusiveUntilMs,
                        "0 in a pool that is not exclusive",
                        "make it exclusive or leave the end out")
                .that(
                        !sibling.equals(id),
                        "sibling",
                        "'" + sibling + "'",
                        "another pool",
                        "a pool can't borrow from itself: name another or none")
                .that(
                        nodeFloor <= minQuality || minQuality == 0,
                        "nodeFloor",
                        nodeFloor,
                        "at most minQuality, which is " + minQuality,
                        "lower it: new members would be replaced at once")
                .that(
                        Set.copyOf(relaxable).size() == relaxable.size(),
                        "relaxable",
                        relaxable,
                        "each requirement once",
                        "leave repetitions out");
        values(checks, "types", types);
        values(checks, "countries", countries);
        values(checks, "regions", regions);
        values(checks, "cities", cities);
        values(checks, "asns", asns);
        values(checks, "targetClasses", targetClasses);
        domains(checks);
        for (String country : countries) {
            checks.that(
                    country.length() == 2 && country.chars().allMatch(c -> c >= 'a' && c <= 'z'),
                    "countries",
                    "'" + country + "'",
                    "two lower-case letters",
                    "write ISO 3166-1 alpha-2, such as fr");
        }
        for (long asn : asns) {
            checks.within("asns", asn, 1L, 4_294_967_295L);
        }
        return checks.done();
    }

    private void domains(Checks checks) {
        checks.that(
                        exclusive || exclusiveDomains.isEmpty(),
                        "exclusiveDomains",
                        exclusiveDomains,
                        "empty in a pool that is not exclusive",
                        "make it exclusive or leave the domains out")
                .that(
                        exclusiveDomains.size() <= MOST_DOMAINS,
                        "exclusiveDomains",
                        exclusiveDomains.size() + " domains",
                        "at most " + MOST_DOMAINS,
                        "name a domain above several of them, or make several pools");
        Set<String> before = new TreeSet<>();
        for (String domain : exclusiveDomains) {
            String remedy = DomainName.remedy(domain);
            if (remedy.isEmpty()) {
                checks.that(
                        before.add(domain),
                        "exclusiveDomains",
                        "'" + domain + "' twice",
                        "each domain once",
                        "leave repetitions out");
            } else {
                checks.that(
                        false, "exclusiveDomains", "'" + domain + "'", "a domain name such as shop.example", remedy);
            }
        }
        for (String domain : before) {
            before.stream()
                    .filter(other -> !other.equals(domain) && DomainName.covers(other, domain))
                    .findFirst()
                    .ifPresent(other -> checks.that(
                            false,
                            "exclusiveDomains",
                            "'" + domain + "'",
                            "under none of the others",
                            "leave it out: '" + other + "' stands for it, too"));
        }
    }

    private static boolean idFits(String id) {
        return !id.isEmpty()
                && id.length() <= MOST_ID_CHARS
                && id.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')
                && id.charAt(0) != '-'
                && id.charAt(0) != '_';
    }

    private static void values(Checks checks, String field, List<?> values) {
        checks.that(
                values.size() <= MOST_VALUES,
                field,
                values.size() + " values",
                "at most " + MOST_VALUES,
                "name fewer, or make several pools");
    }
}
