package io.fairlead.nameserver.map;

import io.fairlead.edge.table.Decision;
import io.fairlead.edge.table.TableListener;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.nameserver.server.Steered;
import io.fairlead.nameserver.zone.MappedName;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.DeliveryAddress;
import io.fairlead.schemas.config.DeliveryGroup;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.GroupChoice;
import io.fairlead.schemas.decisions.GroupPrice;
import io.fairlead.schemas.decisions.GroupState;
import io.fairlead.schemas.decisions.MapCohort;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapEvidence;
import io.fairlead.schemas.telemetry.EdgeReport;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A map of told entries and groups, on a clock that is set. */
final class MapStage {

    final MappedName live = MappedName.of("live.fairlead.example");
    final NetworkMap map;
    private final TableListener<Group> groups;
    private long nowMs = 1_000_000;
    private long counter;

    MapStage() {
        map = new NetworkMap(MapSettings.DEFAULTS, () -> Instant.ofEpochMilli(nowMs), () -> nowMs * 1_000_000);
        groups = map.groups();
    }

    /** A group of addresses 10.NUMBER.0.1 and so on, behind edges ID-1 and so on. */
    MapStage group(String id, int number, int addresses) {
        return group(id, number, addresses, 0);
    }

    MapStage group(String id, int number, int addresses, int probePort) {
        List<DeliveryAddress> all = new ArrayList<>();
        for (int i = 1; i <= addresses; i++) {
            all.add(new DeliveryAddress("10." + number + ".0." + i, id + "-" + i));
        }
        groups.put(
                id,
                Group.of(DeliveryGroup.newBuilder()
                        .setGroupId(id)
                        .setAuthorship(new Authorship("ada", "test", 0L, 1L))
                        .setAddresses(all)
                        .setCapacityBitsPerSecond(1_000)
                        .setProbePort(probePort)
                        .build()));
        return this;
    }

    /** @param choices GROUP=SHARE, in order */
    MapStage entry(String prefix, String... choices) {
        List<GroupChoice> all = new ArrayList<>();
        for (String choice : choices) {
            String[] parts = choice.split("=");
            all.add(new GroupChoice(parts[0], Double.parseDouble(parts[1]), 10.0, 1.0, MapEvidence.POPULARITY));
        }
        MapEntry entry = MapEntry.newBuilder()
                .setPrefix(prefix)
                .setVersion(new DecisionVersion(1L, ++counter))
                .setIssuedAtMs(nowMs)
                .setPolicyVersion(-1L)
                .setMapEpoch(7L)
                .setChoices(all)
                .setEvidenceAtMs(nowMs)
                .setDemandBitsPerSecond(1)
                .setCohort(MapCohort.SETTLED)
                .build();
        Decision<MapRecord> decision = MapRecord.reader().read(prefix, entry);
        if (decision == null) {
            throw new IllegalArgumentException("no entry: " + entry);
        }
        map.decided(prefix, decision);
        return this;
    }

    MapStage price(String id, GroupState state) {
        GroupPrice price = GroupPrice.newBuilder()
                .setGroupId(id)
                .setVersion(new DecisionVersion(1L, ++counter))
                .setIssuedAtMs(nowMs)
                .setPolicyVersion(-1L)
                .setMapEpoch(7L)
                .setPriceMs(3)
                .setCapacityBitsPerSecond(1_000)
                .setPlannedBitsPerSecond(1)
                .setLoadBitsPerSecond(1)
                .setState(state)
                .setShedFromShare(0.85)
                .build();
        Decision<MapRecord> decision = MapRecord.reader().read(id, price);
        map.decided(id, decision);
        return this;
    }

    MapStage reports(String edge, double bitsPerSecond) {
        return reports(edge, bitsPerSecond, false);
    }

    MapStage reports(String edge, double bitsPerSecond, boolean draining) {
        EdgeReport report = new EdgeReport();
        report.setLinkAddress("");
        report.setViewerAddress("");
        report.setHeader(new TelemetryHeader(edge, 1L, 0, 0L, nowMs));
        report.setGroupId("");
        report.setDeliveredBitsPerSecond(bitsPerSecond);
        report.setDraining(draining);
        map.heard(report);
        return this;
    }

    MapStage after(long ms) {
        nowMs += ms;
        return this;
    }

    MapStage check() {
        map.checkGroups(true);
        map.takeEntries();
        return this;
    }

    /** Group that an address is sent to. */
    String of(String address) {
        Steered steered = steered(address);
        return steered == null ? "none" : steered.addresses().groupId();
    }

    int scope(String address) {
        return steered(address).scopeBits();
    }

    Steered steered(String address) {
        byte[] bytes = AddressPrefix.address(address);
        return map.steer(live, bytes.length == 16, AddressPrefix.bits(bytes), 24);
    }
}
