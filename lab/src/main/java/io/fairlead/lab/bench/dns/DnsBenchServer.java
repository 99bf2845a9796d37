package io.fairlead.lab.bench.dns;

import io.fairlead.edge.table.Decision;
import io.fairlead.edge.table.DecisionReader;
import io.fairlead.edge.table.TableListener;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.nameserver.map.Group;
import io.fairlead.nameserver.map.MapRecord;
import io.fairlead.nameserver.map.MapSettings;
import io.fairlead.nameserver.map.NetworkMap;
import io.fairlead.nameserver.server.NameServer;
import io.fairlead.nameserver.server.NameServerCounters;
import io.fairlead.nameserver.server.NameServerSettings;
import io.fairlead.nameserver.server.Served;
import io.fairlead.nameserver.tally.TallyDesk;
import io.fairlead.nameserver.tally.TallySettings;
import io.fairlead.nameserver.zone.Zone;
import io.fairlead.nameserver.zone.ZoneKey;
import io.fairlead.nameserver.zone.Zones;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.GroupChoice;
import io.fairlead.schemas.decisions.MapCohort;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapEvidence;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Our name server as {@link DnsBench} asks it: one socket, no Kafka, a map that was made up. Serves until its standard input ends. */
final class DnsBenchServer {

    private static final int GROUPS = 50;
    private static final int TCP_CLIENTS_MAX = 100_000;
    private static final int TCP_IDLE_MS = 600_000;

    private DnsBenchServer() {}

    /** @param args zone file, port, entries of the map, and {@code signing} if the zone is signed */
    public static void main(String[] args) throws Exception {
        List<ZoneKey> keys = args.length > 3 ? List.of(ZoneKey.generate()) : List.of();
        Zone zone = Zone.parse(Files.readString(Path.of(args[0])), null, keys).zone();
        if (zone == null) {
            throw new IllegalArgumentException("the zone in " + args[0] + " has errors");
        }
        NetworkMap map = new NetworkMap(MapSettings.DEFAULTS, InstantSource.system(), System::nanoTime);
        fill(map, Integer.parseInt(args[2]), new SplittableRandom(7));
        TallyDesk tally = new TallyDesk(
                TallySettings.DEFAULTS.withChallengeShare(0),
                (topic, key, record) -> true,
                System::nanoTime,
                new SplittableRandom(8));
        NameServer server = NameServer.start(
                List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[1]))),
                NameServerSettings.DEFAULTS
                        .withUdpSockets(1)
                        .withRate(0, 0)
                        .withTcp(TCP_CLIENTS_MAX, TCP_CLIENTS_MAX, TCP_IDLE_MS),
                new Served(new Zones(List.of(zone)), map),
                new NameServerCounters(),
                tally::of,
                tally::answeredOverTcp,
                InstantSource.system());
        while (System.in.read() >= 0) {
            // nothing is ever said
        }
        server.close();
        System.exit(0);
    }

    private static void fill(NetworkMap map, int entries, SplittableRandom random) {
        TableListener<Group> groups = map.groups();
        for (int i = 0; i < GROUPS; i++) {
            groups.put(
                    id(i),
                    new Group(id(i), List.of(new Group.Address("192.0.2." + (i + 1), "")), 1e9, 0, "", i + 1, false));
        }
        DecisionReader<MapRecord> reader = MapRecord.reader();
        for (int i = 0; i < entries; i++) {
            MapEntry entry = entry(new AddressPrefix(false, random.nextLong() & -1L << 40, 24), random, i);
            Decision<MapRecord> decision = reader.read(entry.getPrefix(), entry);
            if (decision != null) {
                map.decided(entry.getPrefix(), decision);
            }
        }
        map.checkGroups(true);
        map.takeEntries();
    }

    private static String id(int group) {
        return "g" + group;
    }

    private static MapEntry entry(AddressPrefix prefix, SplittableRandom random, int counter) {
        int first = random.nextInt(GROUPS);
        List<GroupChoice> choices = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            choices.add(new GroupChoice(
                    id((first + i) % GROUPS), i == 0 ? 1.0 : 0.0, 10.0 + 20 * i, 2.0, MapEvidence.RESOLVER_RTT));
        }
        return MapEntry.newBuilder()
                .setPrefix(prefix.toString())
                .setVersion(new DecisionVersion(1L, (long) counter))
                .setIssuedAtMs(0)
                .setPolicyVersion(-1)
                .setMapEpoch(1)
                .setChoices(choices)
                .setEvidenceAtMs(0)
                .setDemandBitsPerSecond(1e6)
                .setCohort(MapCohort.SETTLED)
                .build();
    }
}
