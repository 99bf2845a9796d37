package io.fairlead.edge.table;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** An object for each key, and the record that it was made of, for the snapshot. Read by any thread without locks. */
final class RecordStore<T> implements TableStore<T> {

    private record Held<T>(T value, RawRecord raw, int generation) {}

    private final ConcurrentHashMap<String, Held<T>> entries = new ConcurrentHashMap<>();

    @Override
    public int size() {
        return entries.size();
    }

    @Override
    public @Nullable T get(String key) {
        Held<T> held = entries.get(key);
        return held == null ? null : held.value();
    }

    @Override
    public void forEach(BiConsumer<String, T> each) {
        entries.forEach((key, held) -> each.accept(key, held.value()));
    }

    @Override
    public void put(RawRecord raw, T value, int generation) {
        entries.put(raw.key(), new Held<>(value, raw, generation));
    }

    @Override
    public void keep(String key, int generation) {
        entries.computeIfPresent(key, (same, held) -> new Held<>(held.value(), held.raw(), generation));
    }

    @Override
    public boolean remove(String key) {
        return entries.remove(key) != null;
    }

    @Override
    public List<String> unmet(int generation) {
        List<String> unmet = new ArrayList<>();
        entries.forEach((key, held) -> {
            if (held.generation() != generation) {
                unmet.add(key);
            }
        });
        return unmet;
    }

    @Override
    public void save(Snapshot out) throws IOException {
        for (Held<T> held : entries.values()) {
            out.record(held.raw());
        }
    }
}
