package io.fairlead.model.policy;

import io.fairlead.model.PoolType;
import java.util.Locale;

/**
 * What a policy counts for. Written {@code default}, {@code type:mobile}, {@code pool:res-1}, {@code class:shop} or {@code room:live/a}; the
 * kinds stand in rising specificity, and the most specific policy wins. Rooms have nothing to do with exits: no policy counts for both.
 *
 * @param kind what the name names
 * @param name lower-case pool type, pool id, target class or room; empty for {@link Kind#DEFAULT}
 */
public record Scope(Kind kind, String name) {

    /** Longest name, characters. */
    public static final int MAX_NAME_CHARS = 128;

    /** Everything. */
    public static final Scope GLOBAL = new Scope(Kind.DEFAULT, "");

    /** Rising specificity. */
    public enum Kind {
        DEFAULT,
        TYPE,
        POOL,
        CLASS,
        ROOM
    }

    public Scope {
        if (kind == Kind.DEFAULT) {
            if (!name.isEmpty()) {
                throw new IllegalArgumentException("scope default takes no name, but has '" + name + "'");
            }
        } else if (name.isEmpty() || name.length() > MAX_NAME_CHARS) {
            throw new IllegalArgumentException("scope " + prefix(kind) + "NAME needs a name of 1 to " + MAX_NAME_CHARS
                    + " characters, but it has " + name.length());
        }
        if (kind == Kind.TYPE) {
            typeOf(name);
        }
    }

    /** Every exit of this pool type. */
    public static Scope ofType(PoolType type) {
        return new Scope(Kind.TYPE, type.name().toLowerCase(Locale.ROOT));
    }

    /** One pool. */
    public static Scope ofPool(String pool) {
        return new Scope(Kind.POOL, pool);
    }

    /** One target class. */
    public static Scope ofClass(String targetClass) {
        return new Scope(Kind.CLASS, targetClass);
    }

    /** One live room, and the renditions below it. */
    public static Scope ofRoom(String room) {
        return new Scope(Kind.ROOM, room);
    }

    /** Whether it says something of exits. */
    public boolean ofExits() {
        return kind != Kind.ROOM;
    }

    /**
     * Reads what {@link #toString()} writes.
     *
     * @throws IllegalArgumentException with a sentence that says what is wrong
     */
    public static Scope parse(String text) {
        if (text.equals("default")) {
            return GLOBAL;
        }
        for (Kind kind : Kind.values()) {
            if (kind != Kind.DEFAULT && text.startsWith(prefix(kind))) {
                return new Scope(kind, text.substring(prefix(kind).length()));
            }
        }
        throw new IllegalArgumentException("scope '" + text
                + "' is none of default, type:NAME, pool:NAME, class:NAME, room:NAME; write one of these");
    }

    @Override
    public String toString() {
        return kind == Kind.DEFAULT ? "default" : prefix(kind) + name;
    }

    private static String prefix(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT) + ":";
    }

    private static void typeOf(String name) {
        for (PoolType type : PoolType.values()) {
            if (type.name().toLowerCase(Locale.ROOT).equals(name)) {
                return;
            }
        }
        throw new IllegalArgumentException("scope type:" + name
                + " names no pool type; write one of mobile, residential, isp, datacenter, unknown (lower case)");
    }
}
