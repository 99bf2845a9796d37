package io.fairlead.dashboards.console;

import io.fairlead.model.policy.Scope;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.wire.RecordJson;

/** What counts of a policy that nobody has set. */
final class PolicyDefaults {

    private static final Authorship NOBODY = new Authorship("", "", 0L, 0L);

    private PolicyDefaults() {}

    /**
     * Its record as JSON, as if somebody had set it.
     *
     * @param key {@code KIND/SCOPE}
     * @return empty: there is no such kind, or no such scope
     */
    static String json(String key) {
        int slash = key.indexOf('/');
        if (slash < 0) {
            return "";
        }
        try {
            return RecordJson.write(PolicyRecords.write(
                    PolicyRecords.defaults(key.substring(0, slash), Scope.parse(key.substring(slash + 1))), NOBODY));
        } catch (IllegalArgumentException noSuchPolicy) {
            return "";
        }
    }
}
