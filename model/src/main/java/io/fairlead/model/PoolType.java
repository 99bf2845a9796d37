package io.fairlead.model;

/** What kind of connection an exit node has. Decides its starting capacity and the group that it is compared with. */
public enum PoolType {
    UNKNOWN,
    MOBILE,
    RESIDENTIAL,
    ISP,
    DATACENTER
}
