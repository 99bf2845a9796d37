package io.fairlead.proxy.targeting;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A user name and a password, taken apart: who it claims to be, and what it asks for. Nothing of it is proven, and nothing that
 * is asked for is read before it is.
 *
 * @param tenant id of the tenant
 * @param secret without what was asked for in it
 * @param asked for
 */
public record Claim(String tenant, String secret, Asked asked) {

    private static final List<Dialect> PREFIXED =
            List.of(Dialect.BRIGHT_DATA, Dialect.OXYLABS, Dialect.DECODO, Dialect.SOAX);
    private static final List<Pattern> PREFIXES =
            PREFIXED.stream().map(dialect -> Pattern.compile(dialect.prefix)).toList();
    private static final Pattern IN_PASSWORD =
            Pattern.compile("_(" + String.join("|", Dialect.IPROYAL.keys.keySet()) + ")-");

    /**
     * What is asked for, as it is spelt.
     *
     * @param text {@code -key-value} after another, or {@code _key-value}; empty: nothing
     */
    public record Asked(Dialect dialect, String text) {

        /** Nothing. */
        public static final Asked NOTHING = new Asked(Dialect.FAIRLEAD, "");
    }

    /**
     * Takes them apart. Tenant ids may hold {@code -}: the longest known one that the user name begins with wins, and makes the rest our
     * own spelling; else a prefix tells another; where no tenant is known, all before the first {@code -} is held for one.
     */
    public static Claim of(String userName, String secret, Predicate<String> knownTenant) {
        int end = knownEnd(userName, 0, knownTenant);
        if (end == userName.length()) {
            Matcher inPassword = IN_PASSWORD.matcher(secret);
            if (inPassword.find()) {
                return new Claim(
                        userName,
                        secret.substring(0, inPassword.start()),
                        new Asked(Dialect.IPROYAL, secret.substring(inPassword.start())));
            }
        }
        if (end > 0) {
            return cut(userName, 0, end, secret, Dialect.FAIRLEAD);
        }
        for (int i = 0; i < PREFIXED.size(); i++) {
            Matcher prefix = PREFIXES.get(i).matcher(userName);
            if (prefix.lookingAt()) {
                int start = prefix.end();
                int known = knownEnd(userName, start, knownTenant);
                return cut(userName, start, known > 0 ? known : firstEnd(userName, start), secret, PREFIXED.get(i));
            }
        }
        return cut(userName, 0, firstEnd(userName, 0), secret, Dialect.FAIRLEAD);
    }

    private static Claim cut(String userName, int start, int end, String secret, Dialect dialect) {
        return new Claim(userName.substring(start, end), secret, new Asked(dialect, userName.substring(end)));
    }

    /** Where the longest known tenant ends; 0: none is known. */
    private static int knownEnd(String userName, int start, Predicate<String> knownTenant) {
        for (int end = userName.length(); end > start; end = userName.lastIndexOf('-', end - 1)) {
            if (knownTenant.test(userName.substring(start, end))) {
                return end;
            }
        }
        return 0;
    }

    private static int firstEnd(String userName, int start) {
        int dash = userName.indexOf('-', start);
        return dash < 0 ? userName.length() : dash;
    }

    @Override
    public String toString() {
        return "Claim[" + tenant + ", …, " + asked.dialect() + "]";
    }
}
