package io.fairlead.nameserver.map;

import io.fairlead.edge.table.InvalidConfigException;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.schemas.config.DeliveryGroup;
import io.fairlead.schemas.groups.GroupRecords;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/**
 * A delivery group as its operator says it is.
 *
 * @param capacityBitsPerSecond what it can carry to viewers
 * @param probePort 0: it is not probed
 * @param probePath empty: a connection is enough
 * @param defaultRank its place among those who serve whom nothing is known of; 0: behind all that have one
 * @param barred no new answer names it
 */
public record Group(
        String id,
        List<Address> addresses,
        double capacityBitsPerSecond,
        int probePort,
        String probePath,
        int defaultRank,
        boolean barred) {

    public Group {
        addresses = List.copyOf(addresses);
    }

    /**
     * One address of it.
     *
     * @param text as the operator wrote it
     * @param edgeId edge that reports for it; empty: none
     */
    public record Address(String text, String edgeId) {

        /** Its 4 or 16 bytes. */
        byte[] bytes() {
            return AddressPrefix.address(text);
        }
    }

    /**
     * Reads a record of {@code config.groups}.
     *
     * @throws InvalidConfigException that lists what is wrong
     */
    public static Group of(String key, SpecificRecord record) throws InvalidConfigException {
        if (!(record instanceof DeliveryGroup group)) {
            throw new IllegalArgumentException("a " + record.getSchema().getName() + " is no delivery group");
        }
        List<String> violations = GroupRecords.violations(key, group);
        if (!violations.isEmpty()) {
            throw new InvalidConfigException(violations);
        }
        return of(group);
    }

    static Group of(DeliveryGroup group) {
        return new Group(
                group.getGroupId(),
                group.getAddresses().stream()
                        .map(address -> new Address(address.getAddress(), address.getEdgeId()))
                        .toList(),
                (double) group.getCapacityBitsPerSecond(),
                group.getProbePort(),
                group.getProbePath(),
                group.getDefaultRank(),
                group.getBarred());
    }
}
