package io.fairlead.nameserver.zone;

import io.fairlead.nameserver.wire.Names;

/** A name whose addresses come from the network map: A, AAAA and HTTPS. Immutable. */
public final class MappedName {

    private final String text;
    private final int ttlS;
    private final byte[] serviceHead;
    private final byte[] serviceMiddle;
    private final byte[] serviceTail;
    private final long hash;
    private final boolean beacon;

    MappedName(byte[] name, int ttlS, ServiceParameters parameters, boolean beacon) {
        this.text = Names.text(Names.lower(name));
        this.ttlS = ttlS;
        this.serviceHead = parameters.between(-1, ServiceParameters.IPV4_HINT);
        this.serviceMiddle = parameters.between(ServiceParameters.IPV4_HINT, ServiceParameters.IPV6_HINT);
        this.serviceTail = parameters.between(ServiceParameters.IPV6_HINT, 0x10000);
        this.beacon = beacon;
        this.hash = text.hashCode() * 0x9E3779B97F4A7C15L;
    }

    /**
     * A name alone, to ask where it is sent.
     *
     * @throws IllegalArgumentException with a sentence, if it is no name
     */
    public static MappedName of(String text) {
        return new MappedName(Names.parse(text, new byte[1]), 0, ServiceParameters.none(), false);
    }

    /** With a dot at its end. */
    public String text() {
        return text;
    }

    /** How long answers may be kept, s. */
    public int ttlS() {
        return ttlS;
    }

    /** Of HTTPS records: what stands before the hints of IPv4 … */
    public byte[] serviceHead() {
        return serviceHead;
    }

    /** … between these and the hints of IPv6 … */
    public byte[] serviceMiddle() {
        return serviceMiddle;
    }

    /** … and behind them. */
    public byte[] serviceTail() {
        return serviceTail;
    }

    /** Whether names below it are beacons: who asks for one must prove to be it, and is told any group. */
    public boolean beacon() {
        return beacon;
    }

    /** Spreads names over the addresses of a group. */
    public long hash() {
        return hash;
    }
}
