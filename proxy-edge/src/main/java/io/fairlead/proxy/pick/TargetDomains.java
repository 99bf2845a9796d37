package io.fairlead.proxy.pick;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Domains that exits here are kept for, and which of them a host is under. Looking up takes no lock and allocates nothing; where there are none, it is one
 * read. Changes are made under the monitor.
 */
final class TargetDomains {
    /*
     * A hash table with open addresses. A name is hashed from its end, so that one pass over a host gives the hashes of all domains that it may be under: the
     * one so far at each dot, and the last. Entries are only ever added to a table; those that nobody is kept for any more are left out of the next.
     */

    /** Most domains that a host can be under: a label has a character and a dot. */
    static final int MOST_ABOVE = 127;

    private static final int SMALLEST = 16;
    private static final VarHandle AT = MethodHandles.arrayElementVarHandle(TargetDomain[].class);

    private volatile @Nullable TargetDomain[] table = new TargetDomain[SMALLEST];
    private volatile boolean any;

    /** Rises, after a domain is there, with each that exits begin to be kept for. */
    private volatile int version;

    // Under the monitor.
    private int used;
    private int kept;

    /** Whether any exit is kept for any. */
    boolean any() {
        return any;
    }

    /** Changes when a host may be under another domain than before; an exit has terms with that domain only later. */
    int version() {
        return version;
    }

    /** Domains that exits are kept for. */
    synchronized int size() {
        return kept;
    }

    /**
     * Finds all that a host is under.
     *
     * @param host in lower case; a dot at its end does not count
     * @param into of {@link #MOST_ABOVE} places
     * @return how many
     */
    int above(String host, TargetDomain[] into) {
        @Nullable TargetDomain[] now = table;
        int end = host.endsWith(".") ? host.length() - 1 : host.length();
        int found = 0;
        int hash = 0;
        for (int at = end - 1; at >= 0 && found < MOST_ABOVE; at--) {
            hash = 31 * hash + host.charAt(at);
            if (at == 0 || host.charAt(at - 1) == '.') {
                TargetDomain domain = find(now, host, at, end, hash);
                if (domain != null) {
                    into[found++] = domain;
                }
            }
        }
        return found;
    }

    /** One more exit is kept for a domain. */
    synchronized TargetDomain keep(String name) {
        int hash = 0;
        for (int at = name.length() - 1; at >= 0; at--) {
            hash = 31 * hash + name.charAt(at);
        }
        TargetDomain domain = find(table, name, 0, name.length(), hash);
        if (domain == null) {
            if (2 * (used + 1) > table.length) {
                table = again();
            }
            domain = new TargetDomain(name, hash);
            add(table, domain);
            used++;
        }
        if (domain.exits++ == 0) {
            kept++;
            any = true;
            version = version + 1;
        }
        return domain;
    }

    /** One exit less is. */
    synchronized void drop(TargetDomain domain) {
        if (--domain.exits == 0) {
            kept--;
            any = kept > 0;
        }
    }

    /** With room for twice what is kept. */
    private @Nullable TargetDomain[] again() {
        int size = SMALLEST;
        while (size < 4 * (kept + 1)) {
            size *= 2;
        }
        @Nullable TargetDomain[] next = new TargetDomain[size];
        used = 0;
        for (TargetDomain domain : table) {
            if (domain != null && domain.exits > 0) {
                add(next, domain);
                used++;
            }
        }
        return next;
    }

    private static void add(@Nullable TargetDomain[] table, TargetDomain domain) {
        int at = place(domain.hash, table.length);
        while (table[at] != null) {
            at = (at + 1) & (table.length - 1);
        }
        AT.setRelease(table, at, domain);
    }

    private static @Nullable TargetDomain find(
            @Nullable TargetDomain[] table, String host, int from, int end, int hash) {
        int at = place(hash, table.length);
        while (true) {
            TargetDomain domain = (TargetDomain) AT.getAcquire(table, at);
            if (domain == null
                    || (domain.hash == hash
                            && domain.name.length() == end - from
                            && host.startsWith(domain.name, from))) {
                return domain;
            }
            at = (at + 1) & (table.length - 1);
        }
    }

    /** Spread by Fibonacci hashing: hashes of names are alike in their low bits. */
    private static int place(int hash, int size) {
        return (hash * 0x9E3779B9) >>> Integer.numberOfLeadingZeros(size - 1);
    }
}
