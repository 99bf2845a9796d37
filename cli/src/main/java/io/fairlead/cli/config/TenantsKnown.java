package io.fairlead.cli.config;

import io.fairlead.cli.UserError;
import io.fairlead.proxy.tenant.TenantDirectory;
import io.fairlead.schemas.config.Tenant;
import io.fairlead.schemas.topics.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Looks at the tenants that an edge would know. */
public final class TenantsKnown {

    private TenantsKnown() {}

    /**
     * Says how many there are.
     *
     * @param kafka properties of its clients
     * @param allowedDestinations of the edge
     * @throws UserError if there are none, or an edge would refuse one
     */
    public static String in(Map<String, Object> kafka, List<String> allowedDestinations) {
        Map<String, ConfigEntry> entries = new ConfigStore(kafka).read(Topics.CONFIG_TENANTS);
        if (entries.isEmpty()) {
            throw new UserError(
                    "there are none, and everybody would be answered 407; add one with: fairlead tenant set");
        }
        TenantDirectory trial = new TenantDirectory(1, allowedDestinations, Set.of());
        List<String> refused = new ArrayList<>();
        for (ConfigEntry entry : entries.values()) {
            try {
                trial.put((Tenant) entry.value());
            } catch (IllegalArgumentException e) {
                refused.add(String.valueOf(e.getMessage()));
            }
        }
        if (!refused.isEmpty()) {
            throw new UserError(String.join("; ", refused) + "; put it right with: fairlead tenant set");
        }
        return entries.size() + " are known";
    }
}
