package io.fairlead.nameserver.zone;

import io.fairlead.nameserver.wire.Names;
import io.fairlead.nameserver.wire.RecordType;
import java.util.Arrays;

/** One record of a zone file. Arrays are in wire form, and nobody changes them. */
final class ZoneRecord {

    final byte[] owner;
    final int type;
    final long ttlS;
    final byte[] data;

    /** Where names begin in the data that may be compressed. */
    final int[] nameAt;

    final int line;

    ZoneRecord(byte[] owner, int type, long ttlS, RecordData data, int line) {
        this.owner = owner;
        this.type = type;
        this.ttlS = ttlS;
        this.data = data.bytes();
        this.nameAt = data.nameAt();
        this.line = line;
    }

    /** One that stands in no file. */
    ZoneRecord(byte[] owner, int type, long ttlS, byte[] data) {
        this.owner = owner;
        this.type = type;
        this.ttlS = ttlS;
        this.data = data;
        this.nameAt = new int[0];
        this.line = 0;
    }

    /** The last name in its data: of the server, the mail exchanger, the target. */
    byte[] target() {
        int from = nameAt.length == 0 ? targetOfServiceRecord() : nameAt[0];
        return Names.lower(Arrays.copyOfRange(data, from, data.length));
    }

    private int targetOfServiceRecord() {
        return type == RecordType.SRV ? 6 : 0;
    }

    String ownerText() {
        return Names.text(owner);
    }
}
