package io.fairlead.edge.table;

import org.apache.avro.specific.SpecificRecord;

/**
 * Makes a value of a config record, or says what is wrong with it.
 *
 * @param <T> what is held
 */
@FunctionalInterface
public interface ConfigCheck<T> {

    /**
     * The value to hold.
     *
     * @throws InvalidConfigException that lists what is wrong; the last good value stays
     * @throws IllegalArgumentException the same, in one sentence
     */
    T check(String key, SpecificRecord record) throws InvalidConfigException;
}
