package io.fairlead.proxy.targeting;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The spelling of targeting in user names: {@code tenant} or {@code tenant-pool-NAME}. Values may hold {@code -}; a key that
 * is not known is refused and named, so that a typing error never silently widens a request.
 */
public final class TargetingGrammar {

    private static final String POOL = "pool";
    private static final int LONGEST_VALUE = 64;

    private TargetingGrammar() {}

    /**
     * Cuts a user name into the tenant and the rest. Tenant ids may hold {@code -}: the longest known prefix wins; where none
     * is known, all before the first {@code -}.
     */
    public static UserName cut(String userName, Predicate<String> knownTenant) {
        for (int end = userName.length(); end > 0; end = userName.lastIndexOf('-', end - 1)) {
            String tenant = userName.substring(0, end);
            if (knownTenant.test(tenant)) {
                return new UserName(tenant, userName.substring(end));
            }
        }
        int dash = userName.indexOf('-');
        return dash < 0
                ? new UserName(userName, "")
                : new UserName(userName.substring(0, dash), userName.substring(dash));
    }

    /**
     * A user name in its two parts.
     *
     * @param tenant id of the tenant
     * @param asked what follows it, with its leading {@code -}; empty: nothing
     */
    public record UserName(String tenant, String asked) {}

    /** What became of the part behind the tenant. */
    public sealed interface Reading {

        /** It is understood. */
        record Understood(Targeting targeting) implements Reading {}

        /** It is not; the detail is one sentence for the user. */
        record Refused(String detail) implements Reading {}
    }

    /** Reads what follows the tenant. */
    public static Reading read(String asked) {
        if (asked.isEmpty()) {
            return new Reading.Understood(Targeting.NONE);
        }
        int keyEnd = asked.indexOf('-', 1);
        String key = keyEnd < 0 ? asked.substring(1) : asked.substring(1, keyEnd);
        if (!key.equals(POOL)) {
            return new Reading.Refused("unknown targeting key '" + key + "' in the user name; known keys: " + POOL);
        }
        String pool = keyEnd < 0 ? "" : asked.substring(keyEnd + 1);
        String problem = problemOf(pool);
        return problem == null
                ? new Reading.Understood(new Targeting(pool))
                : new Reading.Refused("targeting key '" + POOL + "' " + problem + "; write tenant-pool-NAME");
    }

    private static @Nullable String problemOf(String value) {
        if (value.isEmpty()) {
            return "has no value";
        }
        if (value.length() > LONGEST_VALUE) {
            return "has a value of " + value.length() + " characters, at most " + LONGEST_VALUE + " are allowed";
        }
        boolean plain = value.chars()
                .allMatch(c -> (c >= 'a' && c <= 'z')
                        || (c >= 'A' && c <= 'Z')
                        || (c >= '0' && c <= '9')
                        || c == '-'
                        || c == '_'
                        || c == '.');
        return plain ? null : "has a value with characters other than letters, digits, '-', '_' and '.'";
    }
}
