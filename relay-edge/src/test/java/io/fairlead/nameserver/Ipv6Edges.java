package io.fairlead.nameserver;

import io.fairlead.edge.link.CertificateAuthority;
import io.fairlead.edge.link.MutualTls;
import io.fairlead.edge.publish.Telling;
import io.fairlead.edge.table.TableListener;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.nameserver.map.Group;
import io.fairlead.nameserver.map.MapRecord;
import io.fairlead.nameserver.map.MapSettings;
import io.fairlead.nameserver.map.NetworkMap;
import io.fairlead.nameserver.server.NameServer;
import io.fairlead.nameserver.server.NameServerCounters;
import io.fairlead.nameserver.server.NameServerSettings;
import io.fairlead.nameserver.server.NameServerStage;
import io.fairlead.nameserver.server.Served;
import io.fairlead.nameserver.tally.TallyDesk;
import io.fairlead.nameserver.tally.TallySettings;
import io.fairlead.nameserver.zone.Zone;
import io.fairlead.nameserver.zone.Zones;
import io.fairlead.relay.client.ClientSettings;
import io.fairlead.relay.client.RelayClient;
import io.fairlead.relay.link.LongLinkSettings;
import io.fairlead.relay.link.RelayNames;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.server.Reports;
import io.fairlead.relay.server.ServerSettings;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.GroupChoice;
import io.fairlead.schemas.decisions.MapCohort;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapEvidence;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A name server and a delivery edge on {@code ::1}, in a process of their own, since tests run without IPv6; the name server on the address of a link, too, if one is given. Says their ports, then what they tell, a line each. The map sends {@code 2001:db8:7::/48} to one group and
 * {@code ::/48}, where all askers are, to another. Ends with its input.
 */
final class Ipv6Edges {

    private static final int TELL_MS = 200;

    private Ipv6Edges() {}

    public static void main(String[] args) throws Exception {
        Telling telling = (topic, key, record) -> say(topic.name() + " " + key + " " + record);
        InetSocketAddress anywhere = new InetSocketAddress(InetAddress.getByName("::1"), 0);
        List<InetSocketAddress> listening = new ArrayList<>(List.of(anywhere));
        for (String ofLink : args) {
            listening.add(new InetSocketAddress(InetAddress.getByName(ofLink), 0));
        }
        NetworkMap map = map();
        TallyDesk tally = new TallyDesk(
                TallySettings.DEFAULTS.withIntervalMs(TELL_MS).withChallengeShare(0),
                telling,
                System::nanoTime,
                new SplittableRandom(1));
        Zone zone =
                Objects.requireNonNull(Zone.parse(NameServerStage.ZONE + "$MAPPED live 20\n$BEACON *.beacon\n", null)
                        .zone());
        NameServer names = NameServer.start(
                listening,
                NameServerSettings.DEFAULTS.withUdpSockets(1).withExplainTo(List.of(AddressPrefix.parse("::/48"))),
                new Served(new Zones(List.of(zone)), map),
                new NameServerCounters(),
                tally::of,
                tally::answeredOverTcp,
                InstantSource.system());
        CertificateAuthority authority = CertificateAuthority.create(InstantSource.system());
        RelayClient edge = RelayClient.start(
                new ClientSettings(
                        "edge-1",
                        anywhere,
                        List.of(new InetSocketAddress(InetAddress.getByName("::1"), 1)), // nobody is there
                        MutualTls.dialling(
                                RelayNames.issueClient(authority, "edge-1", Duration.ofHours(1)),
                                authority.certificate(),
                                RelayNames.SERVER),
                        LongLinkSettings.DEFAULTS,
                        ServerSettings.DEFAULTS,
                        RoomSettings.DEFAULTS),
                System::nanoTime,
                ThreadLocalRandom.current(),
                Reports.of(telling, "edge-1").withGroup("near").withIntervals(TELL_MS, TELL_MS, TELL_MS));
        say(names.addresses().get(0).getPort() + " " + edge.address().getPort() + " "
                + names.addresses().get(listening.size() - 1).getPort());
        Thread tells = new Thread(() -> tellFor(tally), "tells");
        tells.setDaemon(true);
        tells.start();
        while (System.in.read() >= 0) {
            // nothing is ever said
        }
        edge.close();
        names.close();
        System.exit(0);
    }

    private static void tellFor(TallyDesk tally) {
        try {
            while (true) {
                Thread.sleep(TELL_MS);
                tally.tell();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static synchronized boolean say(String line) {
        System.out.println(line);
        System.out.flush();
        return true;
    }

    private static NetworkMap map() {
        NetworkMap map = new NetworkMap(MapSettings.DEFAULTS, InstantSource.system(), System::nanoTime);
        TableListener<Group> groups = map.groups();
        groups.put("first", group("first", "2001:db8:1::1", 1));
        groups.put("near", group("near", "2001:db8:2::1", 2));
        groups.put("home", group("home", "2001:db8:3::1", 3));
        List.of(entry("2001:db8:7::/48", "near", 1), entry("::/48", "home", 2))
                .forEach(entry -> map.decided(
                        entry.getPrefix(),
                        Objects.requireNonNull(MapRecord.reader().read(entry.getPrefix(), entry))));
        map.checkGroups(true);
        map.takeEntries();
        return map;
    }

    private static Group group(String id, String address, int rank) {
        return new Group(id, List.of(new Group.Address(address, "")), 1e9, 0, "", rank, false);
    }

    private static MapEntry entry(String prefix, String group, long counter) {
        return MapEntry.newBuilder()
                .setPrefix(prefix)
                .setVersion(new DecisionVersion(1L, counter))
                .setIssuedAtMs(0)
                .setPolicyVersion(-1)
                .setMapEpoch(1)
                .setChoices(List.of(new GroupChoice(group, 1.0, 12.0, 2.0, MapEvidence.CLIENT_RTT)))
                .setEvidenceAtMs(0)
                .setDemandBitsPerSecond(1e6)
                .setCohort(MapCohort.SETTLED)
                .build();
    }
}
