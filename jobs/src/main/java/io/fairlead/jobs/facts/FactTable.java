package io.fairlead.jobs.facts;

import io.fairlead.jobs.source.RawRecord;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;

/**
 * A table of ClickHouse and how a record becomes one of its rows: the columns in the order of the bytes, each with its
 * writer, so that what is said of a column and what is written can't come apart. Immutable and thread-safe.
 *
 * @param <R> record class of its rows
 */
public final class FactTable<R> {

    /** How far an edge's clock may run behind the broker's before a row's time is bounded, ms: 7 days. */
    static final long LATE_MAX_MS = 7L * 24 * 60 * 60 * 1_000;

    /** How far it may run ahead, ms. */
    static final long EARLY_MAX_MS = 60_000;

    /** Broker times beyond this (the year 2100) are none, ms. */
    private static final long TIME_MAX_MS = 4_102_444_800_000L;

    private static final String TIME = "DateTime64(3, 'UTC')";

    private final String name;
    private final Class<R> record;
    private final List<FactColumn<R>> columns;

    private FactTable(String name, Class<R> record, List<FactColumn<R>> columns) {
        this.name = name;
        this.record = record;
        this.columns = columns;
    }

    /** Name without the database. */
    public String name() {
        return name;
    }

    public Class<R> record() {
        return record;
    }

    public List<FactColumn<R>> columns() {
        return columns;
    }

    /** Appends the record as a row. */
    public void write(Object value, RawRecord origin, RowBinary row) {
        R typed = record.cast(value);
        for (FactColumn<R> column : columns) {
            column.writer().write(typed, origin, row);
        }
    }

    /**
     * A record's time of day, bounded by the broker's: an edge with a wrong clock can neither open partitions at will nor
     * outlive the table's time to live.
     */
    static long boundedTimeMs(long saidMs, long brokerTimeMs) {
        long arrived = arrivedMs(brokerTimeMs);
        return Math.max(arrived - LATE_MAX_MS, Math.min(arrived + EARLY_MAX_MS, saidMs));
    }

    static long arrivedMs(long brokerTimeMs) {
        return Math.max(0, Math.min(TIME_MAX_MS, brokerTimeMs));
    }

    /** A table of telemetry: who said it as which message, when it was seen and when it arrived, then its own columns. */
    static <R> Builder<R> telemetry(String name, Class<R> record, Function<R, TelemetryHeader> header) {
        return new Builder<>(name, record)
                .add("topic", "String", (r, origin, row) -> row.string(origin.topic()))
                .text("edge_id", r -> header.apply(r).getEdgeId())
                .int64("edge_epoch_ms", r -> header.apply(r).getEdgeEpochMs())
                .int32("topic_partition", r -> header.apply(r).getPartition())
                .int64("sequence", r -> header.apply(r).getSequence())
                .times(r -> header.apply(r).getObservedAtMs())
                .time("observed_at", r -> header.apply(r).getObservedAtMs());
    }

    /** A log of what jobs or operators said: where it lies on its topic, when it was said and when it arrived. */
    static <R> Builder<R> log(String name, Class<R> record, ToLongFunction<R> saidAtMs) {
        return new Builder<>(name, record)
                .add("topic_partition", "Int32", (r, origin, row) -> row.int32(origin.partition()))
                .add("topic_offset", "Int64", (r, origin, row) -> row.int64(origin.offset()))
                .times(saidAtMs);
    }

    /** Collects columns in the order of the row's bytes. */
    static final class Builder<R> {
        private final String name;
        private final Class<R> record;
        private final List<FactColumn<R>> columns = new ArrayList<>();

        private Builder(String name, Class<R> record) {
            this.name = name;
            this.record = record;
        }

        FactTable<R> build() {
            return new FactTable<>(name, record, List.copyOf(columns));
        }

        Builder<R> text(String column, Function<R, String> value) {
            return add(column, "String", (r, origin, row) -> row.string(value.apply(r)));
        }

        Builder<R> bytes(String column, Function<R, ByteBuffer> value) {
            return add(column, "String", (r, origin, row) -> row.string(value.apply(r)));
        }

        <E extends Enum<E>> Builder<R> symbol(String column, Class<E> type, Function<R, E> value) {
            Map<E, byte[]> names = new EnumMap<>(type);
            for (E constant : type.getEnumConstants()) {
                names.put(constant, constant.name().getBytes(StandardCharsets.UTF_8));
            }
            return add(
                    column,
                    "String",
                    (r, origin, row) -> row.string(Objects.requireNonNull(names.get(value.apply(r)))));
        }

        Builder<R> bool(String column, Predicate<R> value) {
            return add(column, "Bool", (r, origin, row) -> row.bool(value.test(r)));
        }

        Builder<R> int32(String column, ToIntFunction<R> value) {
            return add(column, "Int32", (r, origin, row) -> row.int32(value.applyAsInt(r)));
        }

        Builder<R> int64(String column, ToLongFunction<R> value) {
            return add(column, "Int64", (r, origin, row) -> row.int64(value.applyAsLong(r)));
        }

        Builder<R> float64(String column, ToDoubleFunction<R> value) {
            return add(column, "Float64", (r, origin, row) -> row.float64(value.applyAsDouble(r)));
        }

        /** A time of day in ms since the Unix epoch, as it was said. */
        Builder<R> time(String column, ToLongFunction<R> valueMs) {
            return add(column, TIME, (r, origin, row) -> row.int64(valueMs.applyAsLong(r)));
        }

        Builder<R> texts(String column, Function<R, List<String>> values) {
            return each(column, "Array(String)", values, RowBinary::string);
        }

        <T> Builder<R> texts(String column, Function<R, List<T>> values, Function<T, String> value) {
            return each(column, "Array(String)", values, (row, element) -> row.string(value.apply(element)));
        }

        <T> Builder<R> int32s(String column, Function<R, List<T>> values, ToIntFunction<T> value) {
            return each(column, "Array(Int32)", values, (row, element) -> row.int32(value.applyAsInt(element)));
        }

        <T> Builder<R> int64s(String column, Function<R, List<T>> values, ToLongFunction<T> value) {
            return each(column, "Array(Int64)", values, (row, element) -> row.int64(value.applyAsLong(element)));
        }

        <T> Builder<R> float64s(String column, Function<R, List<T>> values, ToDoubleFunction<T> value) {
            return each(column, "Array(Float64)", values, (row, element) -> row.float64(value.applyAsDouble(element)));
        }

        Builder<R> int64ByText(String column, Function<R, Map<String, Long>> values) {
            return add(column, "Map(String, Int64)", (r, origin, row) -> {
                Map<String, Long> map = values.apply(r);
                row.length(map.size());
                map.forEach((key, value) -> {
                    row.string(key);
                    row.int64(value);
                });
            });
        }

        private Builder<R> times(ToLongFunction<R> saidMs) {
            add("at", TIME, (r, origin, row) -> row.int64(boundedTimeMs(saidMs.applyAsLong(r), origin.brokerTimeMs())));
            return add("arrived_at", TIME, (r, origin, row) -> row.int64(arrivedMs(origin.brokerTimeMs())));
        }

        private <T> Builder<R> each(String column, String type, Function<R, List<T>> values, ElementWriter<T> writer) {
            return add(column, type, (r, origin, row) -> {
                List<T> list = values.apply(r);
                row.length(list.size());
                for (T element : list) {
                    writer.write(row, element);
                }
            });
        }

        private Builder<R> add(String column, String type, FactColumn.Writer<R> writer) {
            columns.add(new FactColumn<>(column, type, writer));
            return this;
        }
    }

    @FunctionalInterface
    private interface ElementWriter<T> {
        void write(RowBinary row, T element);
    }
}
