package io.fairlead.cli.config;

import io.fairlead.cli.UserError;
import io.fairlead.model.policy.CanaryTerms;
import io.fairlead.model.policy.Scope;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.policies.CanaryRecords;
import io.fairlead.schemas.policies.PolicyRecords;
import org.apache.avro.specific.SpecificRecord;

/**
 * Which policy is meant.
 *
 * @param key {@code KIND/SCOPE}
 * @param fallback what counts where nothing is set
 */
record PolicyName(String key, SpecificRecord fallback) {

    /** Of what nobody has written. */
    static final Authorship NOBODY = new Authorship("", "default", 0L, 0L);

    /**
     * @param said {@code KIND}, of the default scope, or {@code KIND/SCOPE}
     * @throws UserError if there is no such kind or scope
     */
    static PolicyName of(String said) {
        int slash = said.indexOf('/');
        String kind = slash < 0 ? said : said.substring(0, slash);
        String scope = slash < 0 ? Scope.GLOBAL.toString() : said.substring(slash + 1);
        try {
            return new PolicyName(
                    kind + "/" + scope, PolicyRecords.write(PolicyRecords.defaults(kind, Scope.parse(scope)), NOBODY));
        } catch (IllegalArgumentException e) {
            throw new UserError("'" + said + "': " + e.getMessage() + ".", e);
        }
    }

    /**
     * The same, or the canary of a policy: {@code canary/KIND/SCOPE}.
     *
     * @throws UserError if there is no such kind or scope, or the policy can have no canary
     */
    static PolicyName orCanary(String said) {
        if (!CanaryRecords.isKey(said)) {
            return of(said);
        }
        PolicyName tried = of(CanaryRecords.policyKey(said));
        String refusal = CanaryRecords.refusal(tried.key);
        if (!refusal.isEmpty()) {
            throw new UserError("'" + said + "': " + refusal + ".");
        }
        return new PolicyName(
                CanaryRecords.key(tried.key),
                CanaryRecords.write(tried.key, CanaryTerms.defaults(), tried.fallback, NOBODY));
    }
}
