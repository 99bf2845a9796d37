package io.fairlead.model.exit;

import io.fairlead.model.PoolType;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.model.quality.References;
import io.fairlead.model.survival.GroupSurvival;
import org.jspecify.annotations.Nullable;

/** What the whole fleet says of each of its exits: terms that move slowly, and are the same for all who rate exits. */
public interface FleetTerms {

    /** Expected success of the exits of a type in an autonomous system, 0–1. */
    double groupMean(PoolType type, long asn);

    /**
     * Share of tries that an autonomous system carries, 0–1: what fails there is not held against its exits, but fails all the same. 1 where
     * nothing is known against it.
     */
    double networkSuccess(long asn);

    /** What the speed terms are measured against: the policy's own, or the fleet's where the policy asks for these. */
    References references(QualityPolicy policy);

    /** How long exits of a type in an autonomous system stay; null: too little was seen, and the hazard counts as constant. */
    @Nullable
    GroupSurvival survival(PoolType type, long asn);

    /** Nothing is known but the group's mean and the network's success. */
    static FleetTerms of(double groupMean, double networkSuccess) {
        return new FleetTerms() {
            @Override
            public double groupMean(PoolType type, long asn) {
                return groupMean;
            }

            @Override
            public double networkSuccess(long asn) {
                return networkSuccess;
            }

            @Override
            public References references(QualityPolicy policy) {
                return References.of(policy);
            }

            @Override
            public @Nullable GroupSurvival survival(PoolType type, long asn) {
                return null;
            }
        };
    }
}
