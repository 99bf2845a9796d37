package io.fairlead.lab.fleet;

import io.fairlead.lab.control.ControlDoor;
import java.io.IOException;
import java.util.Map;

/**
 * Lets an operator make exits of a running fleet worse: {@code GET /exits}, {@code PUT /exits/ID/impairment} with an {@link
 * Impairment} as JSON, {@code DELETE} of the same to have it as it was; {@code PUT /networks/ASN/impairment} and {@code
 * DELETE} for all exits of a network, {@code PUT /networks/ASN/decay} with a {@link Fleet.Decay}.
 */
public final class FleetControl {

    private static final String EXIT = "/exits/ID/impairment";
    private static final String NETWORK = "/networks/ASN/impairment";
    private static final String DECAY = "/networks/ASN/decay";

    private FleetControl() {}

    /** @param port 0: any that is free */
    public static ControlDoor start(Fleet fleet, int port) throws IOException {
        return new ControlDoor.Plan()
                .on("GET", "/exits", asked -> fleet.standings())
                .on("GET", EXIT, asked -> fleet.impairment(asked.part(1)))
                .on("PUT", EXIT, asked -> impaired(fleet, asked.part(1), asked.body(Impairment.class)))
                .on("DELETE", EXIT, asked -> impaired(fleet, asked.part(1), fleet.first(asked.part(1))))
                .on("PUT", NETWORK, asked -> {
                    fleet.impairNetwork(asn(asked), asked.body(Impairment.class));
                    return Map.of("asn", asn(asked));
                })
                .on("DELETE", NETWORK, asked -> healed(fleet, asn(asked)))
                .on("PUT", DECAY, asked -> {
                    fleet.decay(asn(asked), asked.body(Fleet.Decay.class));
                    return Map.of("asn", asn(asked));
                })
                .on("DELETE", DECAY, asked -> healed(fleet, asn(asked)))
                .open("fleet-control", port);
    }

    private static Object impaired(Fleet fleet, String exitId, Impairment impairment) {
        fleet.impair(exitId, impairment);
        return fleet.impairment(exitId);
    }

    private static Object healed(Fleet fleet, long asn) {
        fleet.healNetwork(asn);
        return Map.of("asn", asn);
    }

    private static long asn(ControlDoor.Asked asked) {
        return Long.parseLong(asked.part(1));
    }
}
