package io.fairlead.proxy.link;

import java.util.regex.Pattern;

/** What an exit's id may look like: it is a Kafka key, a metric label, a part of a URI and of a file name. */
public final class ExitIds {

    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private ExitIds() {}

    public static boolean valid(String id) {
        return FORM.matcher(id).matches();
    }

    /** The id itself; throws {@link IllegalArgumentException} that says what an id looks like. */
    public static String check(String id) {
        if (!valid(id)) {
            throw new IllegalArgumentException("exit id '" + id
                    + "' must be 1 to 64 letters, digits, '.', '_' or '-', and begin with a letter or digit");
        }
        return id;
    }
}
