package io.fairlead.cli.config;

import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.policies.PolicyRecords;
import org.apache.avro.specific.SpecificRecord;

/**
 * The record that counts for a key.
 *
 * @param offset on its topic: the version that decisions are stamped with
 */
public record ConfigEntry(String key, long offset, SpecificRecord value) {

    public Authorship authorship() {
        return PolicyRecords.authorship(value);
    }
}
