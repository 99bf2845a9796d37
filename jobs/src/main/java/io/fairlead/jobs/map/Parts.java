package io.fairlead.jobs.map;

import io.fairlead.model.map.AddressPrefix;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The parts of the network that something is known of, within bounds. Anybody can ask in any address's name: parts that nothing but such questions tell of have a bound of their own, and where there are too many
 * of all, the eldest of these makes place for one that somebody has proven to be at. For one owner.
 */
final class Parts {

    /**
     * How many there may be.
     *
     * @param parts of all
     * @param unproven of those that only unproven questions tell of
     */
    record Limits(int parts, int unproven) {}

    private final Limits limits;
    private final Consumer<Part> onGone;
    private final Map<AddressPrefix, Part> all = new HashMap<>();

    /** In the order in which they came. */
    private final Map<AddressPrefix, Part> unproven = new LinkedHashMap<>();

    private long notTaken;
    private long displaced;

    /** @param onGone told of each part that makes place or is forgotten */
    Parts(Limits limits, Consumer<Part> onGone) {
        this.limits = limits;
        this.onGone = onGone;
    }

    /** All of them; parts of whole families may be put in. */
    Map<AddressPrefix, Part> all() {
        return all;
    }

    /** One that a checkpoint held. */
    void restore(Part part) {
        all.put(part.prefix, part);
        if (!part.proven) {
            unproven.put(part.prefix, part);
        }
    }

    /** One that may be there; null: it is not. */
    @Nullable
    Part get(AddressPrefix prefix) {
        return all.get(prefix);
    }

    /**
     * One that somebody has asked from, been measured at or been judged of; made if it is not there.
     *
     * @param proven that somebody is there
     * @return null: there is no place for it
     */
    @Nullable
    Part of(AddressPrefix prefix, boolean proven) {
        Part part = all.get(prefix);
        if (part == null && proven) {
            part = made(prefix, true, true);
        } else if (part == null) {
            part = made(prefix, false, unproven.size() < limits.unproven());
        } else if (proven && !part.proven) {
            part.proven = true;
            unproven.remove(prefix);
        }
        return part;
    }

    /** One that an entry stands of already; whether somebody is there will show. */
    @Nullable
    Part told(AddressPrefix prefix) {
        Part part = all.get(prefix);
        return part == null ? made(prefix, false, true) : part;
    }

    private @Nullable Part made(AddressPrefix prefix, boolean proven, boolean allowed) {
        if (proven && all.size() >= limits.parts()) {
            displaceEldest();
        }
        if (!allowed || all.size() >= limits.parts()) {
            notTaken++;
            return null;
        }
        Part part = new Part(prefix);
        part.proven = proven;
        restore(part);
        return part;
    }

    private void displaceEldest() {
        Iterator<Part> eldest = unproven.values().iterator();
        if (eldest.hasNext()) {
            Part gone = eldest.next();
            eldest.remove();
            all.remove(gone.prefix);
            displaced++;
            onGone.accept(gone);
        }
    }

    /** Forgets those of which nothing is left. */
    void forget(Predicate<Part> nothingIsLeft) {
        Collection<Part> parts = all.values();
        parts.removeIf(part -> {
            boolean gone = nothingIsLeft.test(part);
            if (gone) {
                unproven.remove(part.prefix);
                onGone.accept(part);
            }
            return gone;
        });
    }

    /** What there is to know of it, by name. */
    Map<String, LongSupplier> gauges() {
        return Map.of(
                "parts",
                all::size,
                "unprovenParts",
                unproven::size,
                "partsNotTaken",
                () -> notTaken,
                "partsDisplaced",
                () -> displaced);
    }
}
