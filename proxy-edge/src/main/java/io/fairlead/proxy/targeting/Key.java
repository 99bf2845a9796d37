package io.fairlead.proxy.targeting;

/** What can be asked for in a user name, whatever it is called there. */
enum Key {
    POOL,
    COUNTRY,
    REGION,
    CITY,
    ASN,
    SESSION,
    TTL,
    MODE,
    /** Where names are resolved: at the exit, always. Nothing else can be asked for. */
    DNS
}
