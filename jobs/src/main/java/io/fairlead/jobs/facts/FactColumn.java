package io.fairlead.jobs.facts;

import io.fairlead.jobs.source.RawRecord;

/**
 * One column of a table of facts and how it is written.
 *
 * @param name in ClickHouse
 * @param type in ClickHouse, without {@code LowCardinality}, which RowBinary does not see
 * @param writer appends the column's value to a row
 * @param <R> record class of the table
 */
public record FactColumn<R>(String name, String type, Writer<R> writer) {

    /** Appends one value to a row. */
    @FunctionalInterface
    public interface Writer<R> {
        void write(R record, RawRecord origin, RowBinary row);
    }
}
