package io.fairlead.model.pool;

/** What a definition can ask of an exit and do without, if the operator says so. Consent and exclusivity are none of these. */
public enum Requirement {
    TYPE,
    COUNTRY,
    REGION,
    CITY,
    ASN,
    QUALITY
}
