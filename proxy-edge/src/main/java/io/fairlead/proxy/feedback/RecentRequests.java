package io.fairlead.proxy.feedback;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The last requests of an edge, by their ids, which are a prefix and a running number: the number says the place, so that a request costs
 * one store and a look-up one load. Bound: as many numbers as it was made for; the oldest goes. Thread-safe, without locks.
 */
public final class RecentRequests {

    /** Requests of one session that are looked through for a host. */
    static final int MOST_OF_SESSION = 64;

    private static final int RADIX = 36;

    private record Session(String tenant, String name) {}

    private final String prefix;
    private final AtomicReferenceArray<RecentRequest> places;
    private final ConcurrentHashMap<Session, RecentRequest> newest = new ConcurrentHashMap<>();

    /**
     * @param prefix of all ids
     * @param most a power of two
     */
    public RecentRequests(String prefix, int most) {
        if (Integer.bitCount(most) != 1) {
            throw new IllegalArgumentException("remembered requests are " + most + "; it must be a power of two");
        }
        this.prefix = prefix;
        this.places = new AtomicReferenceArray<>(most);
    }

    /** Name of the request of this number. */
    public String id(long number) {
        return prefix + Long.toString(number, RADIX);
    }

    /** How many are remembered at most. */
    public int most() {
        return places.length();
    }

    /** Remembers one; the same again, through another exit, takes the place of the former. */
    public void remember(RecentRequest request) {
        RecentRequest former = places.getAndSet(place(number(request.id)), request);
        if (!request.session.isEmpty()) {
            newest.compute(session(request), (name, before) -> {
                request.previous = before == former && before != null ? before.previous : before;
                return request;
            });
        }
        if (former != null) {
            former.previous = null;
            if (!former.session.isEmpty()) {
                newest.remove(session(former), former);
            }
        }
    }

    /** Null: it is not known, or not any more. */
    @Nullable
    RecentRequest find(String id) {
        long number = id.startsWith(prefix) ? number(id) : -1;
        RecentRequest found = number < 0 ? null : places.get(place(number));
        return found != null && found.id.equals(id) ? found : null;
    }

    /**
     * The last request of a session.
     *
     * @param host in lower case; empty: whatever it asked for
     */
    @Nullable
    RecentRequest ofSession(String tenant, String session, String host) {
        RecentRequest each = newest.get(new Session(tenant, session));
        for (int seen = 0; each != null && seen < MOST_OF_SESSION; seen++) {
            if (host.isEmpty() || each.host.equals(host)) {
                return each;
            }
            each = each.previous;
        }
        return null;
    }

    private static Session session(RecentRequest request) {
        return new Session(request.tenant, request.session);
    }

    private int place(long number) {
        return (int) (number & (places.length() - 1));
    }

    private long number(String id) {
        long number = 0;
        int digits = id.length() - prefix.length();
        if (digits < 1 || digits > 12) {
            return -1;
        }
        for (int i = prefix.length(); i < id.length(); i++) {
            int digit = Character.digit(id.charAt(i), RADIX);
            if (digit < 0) {
                return -1;
            }
            number = number * RADIX + digit;
        }
        return number;
    }
}
