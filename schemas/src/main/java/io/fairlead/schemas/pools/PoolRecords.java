package io.fairlead.schemas.pools;

import io.fairlead.model.PoolType;
import io.fairlead.model.pool.DomainName;
import io.fairlead.model.pool.Requirement;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.PoolDefinition;
import io.fairlead.schemas.config.PoolRequirement;
import io.fairlead.schemas.config.Tenant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** Turns definitions of pools into the model's and back, and says what is wrong with one. */
public final class PoolRecords {

    private PoolRecords() {}

    /**
     * Reads a definition, without looking at its bounds.
     *
     * @throws IllegalArgumentException naming a type or requirement that this version does not know
     */
    public static io.fairlead.model.pool.PoolDefinition read(PoolDefinition record) {
        return new io.fairlead.model.pool.PoolDefinition(
                record.getPoolId(),
                record.getTypes().stream().map(PoolRecords::type).toList(),
                record.getCountries(),
                record.getRegions(),
                record.getCities(),
                record.getAsns(),
                record.getMinQuality(),
                record.getTargetClasses(),
                record.getMinMembers(),
                record.getWantedMembers(),
                record.getMaxMembers(),
                record.getMinHealth(),
                record.getHorizonMs(),
                record.getNodeFloor(),
                record.getOwner(),
                record.getExclusive(),
                record.getExclusiveUntilMs(),
                record.getExclusiveDomains(),
                record.getSibling(),
                record.getRelaxable().stream().map(PoolRecords::requirement).toList());
    }

    /** The record of a definition. */
    public static PoolDefinition write(io.fairlead.model.pool.PoolDefinition pool, Authorship authorship) {
        return PoolDefinition.newBuilder()
                .setPoolId(pool.id())
                .setAuthorship(authorship)
                .setTypes(pool.types().stream()
                        .map(type -> type.name().toLowerCase(Locale.ROOT))
                        .toList())
                .setCountries(pool.countries())
                .setRegions(pool.regions())
                .setCities(pool.cities())
                .setAsns(pool.asns())
                .setMinQuality(pool.minQuality())
                .setTargetClasses(pool.targetClasses())
                .setMinMembers(pool.minMembers())
                .setWantedMembers(pool.wantedMembers())
                .setMaxMembers(pool.maxMembers())
                .setMinHealth(pool.minHealth())
                .setHorizonMs(pool.horizonMs())
                .setNodeFloor(pool.nodeFloor())
                .setOwner(pool.owner())
                .setExclusive(pool.exclusive())
                .setExclusiveUntilMs(pool.exclusiveUntilMs())
                .setExclusiveDomains(pool.exclusiveDomains())
                .setSibling(pool.sibling())
                .setRelaxable(pool.relaxable().stream()
                        .map(each -> PoolRequirement.valueOf(each.name()))
                        .toList())
                .build();
    }

    /**
     * Everything that is wrong with a definition by itself, a sentence each; empty: it may be used.
     *
     * @param key under which it stands, or shall stand, on the topic
     */
    public static List<String> violations(String key, PoolDefinition record) {
        List<String> sentences = new ArrayList<>();
        if (!key.equals(record.getPoolId())) {
            sentences.add("the key is '" + key + "' but the record says " + record.getPoolId() + "; use the latter");
        }
        try {
            read(record).validate().forEach(violation -> sentences.add(violation.toString()));
        } catch (IllegalArgumentException e) {
            sentences.add(String.valueOf(e.getMessage()));
        }
        return sentences;
    }

    /**
     * What is wrong with a definition among what else is configured.
     *
     * @param others definitions of all other pools
     * @param nowMs ms since the Unix epoch
     */
    public static List<String> conflicts(
            PoolDefinition record, Collection<PoolDefinition> others, Collection<Tenant> tenants, long nowMs) {
        List<String> sentences = new ArrayList<>();
        if (record.getExclusive() && record.getExclusiveUntilMs() != 0 && record.getExclusiveUntilMs() <= nowMs) {
            sentences.add("exclusiveUntilMs is " + record.getExclusiveUntilMs()
                    + " but must be after now; leave it out for exclusivity without end");
        }
        if (!record.getSibling().isEmpty()) {
            PoolDefinition sibling = others.stream()
                    .filter(other -> other.getPoolId().equals(record.getSibling()))
                    .findFirst()
                    .orElse(null);
            if (sibling == null) {
                sentences.add("sibling is '" + record.getSibling() + "' but there is no such pool; create it first");
            } else if (keepsFrom(sibling, record)) {
                sentences.add("sibling is '" + record.getSibling() + "', which is exclusive to "
                        + (sibling.getOwner().isEmpty() ? "itself" : "tenant " + sibling.getOwner())
                        + barred(sibling, record) + " and can't lend; name a shared pool");
            }
        }
        if (!record.getOwner().isEmpty()
                && tenants.stream().noneMatch(tenant -> tenant.getTenantId().equals(record.getOwner()))) {
            sentences.add("owner is '" + record.getOwner() + "' but there is no such tenant; create it first");
        }
        long owned = 0;
        for (PoolDefinition other : others) {
            owned += !other.getPoolId().equals(record.getPoolId()) ? 1 : 0;
        }
        if (owned >= io.fairlead.model.pool.Curator.MOST_POOLS) {
            sentences.add("there are " + owned + " other pools but at most " + io.fairlead.model.pool.Curator.MOST_POOLS
                    + " are curated; delete one that is no longer needed");
        }
        if (record.getExclusive()) {
            others.stream()
                    .filter(other -> other.getSibling().equals(record.getPoolId()) && keepsFrom(record, other))
                    .forEach(other -> sentences.add("pool '" + other.getPoolId()
                            + "' borrows from this one, which can't lend when it is exclusive" + barred(record, other)
                            + "; give it another sibling"));
        }
        return sentences;
    }

    /**
     * What an operator should know of a definition that may be used: other pools are exclusive for the same hosts, so that no exit is in both.
     *
     * @param others definitions of all other pools
     */
    public static List<String> notes(PoolDefinition record, Collection<PoolDefinition> others) {
        List<String> sentences = new ArrayList<>();
        for (PoolDefinition other : others) {
            List<String> shared = overlap(other, record);
            if (!shared.isEmpty() && other.getExclusive() && record.getExclusive()) {
                sentences.add("pool '" + other.getPoolId() + "' is exclusive for " + String.join(", ", shared)
                        + ", too: no exit will be in both");
            }
        }
        return sentences;
    }

    /** Whether a lender has for itself what a borrower would ask of it: all, or hosts that the borrower is exclusive for. */
    private static boolean keepsFrom(PoolDefinition lender, PoolDefinition borrower) {
        return lender.getExclusive()
                && (lender.getOwner().isEmpty() || !lender.getOwner().equals(borrower.getOwner()))
                && (lender.getExclusiveDomains().isEmpty()
                        || !overlap(lender, borrower).isEmpty());
    }

    private static String barred(PoolDefinition lender, PoolDefinition borrower) {
        List<String> shared = overlap(lender, borrower);
        return shared.isEmpty() ? "" : " for " + String.join(", ", shared);
    }

    /** Domains of the first that hosts of the second's are under, or that are under these. */
    private static List<String> overlap(PoolDefinition one, PoolDefinition other) {
        return one.getExclusiveDomains().stream()
                .filter(domain ->
                        other.getExclusiveDomains().stream().anyMatch(each -> DomainName.overlap(domain, each)))
                .toList();
    }

    /** Why a pool can't be deleted: who uses it, a sentence each; empty: it can. */
    public static List<String> uses(String poolId, Collection<PoolDefinition> pools, Collection<Tenant> tenants) {
        List<String> sentences = new ArrayList<>();
        TreeSet<String> users = new TreeSet<>();
        tenants.stream()
                .filter(tenant -> tenant.getPools().contains(poolId))
                .forEach(tenant -> users.add(tenant.getTenantId()));
        if (!users.isEmpty()) {
            sentences.add("pool '" + poolId + "' is used by tenant " + String.join(", ", users)
                    + "; take it out of their pools first (fairlead tenant set --pools)");
        }
        pools.stream()
                .filter(pool -> pool.getSibling().equals(poolId))
                .forEach(pool -> sentences.add("pool '" + pool.getPoolId()
                        + "' borrows from it; give that one another sibling first (fairlead pool create "
                        + pool.getPoolId() + " sibling=NAME)"));
        return sentences;
    }

    private static PoolType type(String name) {
        for (PoolType each : PoolType.values()) {
            if (each != PoolType.UNKNOWN && each.name().toLowerCase(Locale.ROOT).equals(name)) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                "types has '" + name + "' but must be of mobile, residential, isp, datacenter; write one of these");
    }

    private static Requirement requirement(PoolRequirement name) {
        for (Requirement each : Requirement.values()) {
            if (each.name().equals(name.name())) {
                return each;
            }
        }
        throw new IllegalArgumentException("relaxable has " + name + ", which this version does not know; use of "
                + List.of(Requirement.values()));
    }
}
