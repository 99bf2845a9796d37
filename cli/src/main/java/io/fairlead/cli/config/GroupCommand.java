package io.fairlead.cli.config;

import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.schemas.config.DeliveryAddress;
import io.fairlead.schemas.config.DeliveryGroup;
import io.fairlead.schemas.groups.GroupRecords;
import io.fairlead.schemas.topics.Topics;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fairlead group}. */
@Command(
        name = "group",
        description = "Say which delivery groups there are, what they can carry, and where they stand.",
        subcommands = {GroupCommand.Show.class, GroupCommand.Set.class, GroupCommand.Remove.class})
public final class GroupCommand {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    /** {@code fairlead group list}. */
    @Command(name = "list", description = "All groups.")
    static final class Show extends StoreCommand {

        @Override
        void run(ConfigStore store, PrintWriter out) {
            Map<String, ConfigEntry> entries = store.read(Topics.CONFIG_GROUPS);
            if (entries.isEmpty()) {
                out.println("There are no groups; add one with: fairlead group set ID --address IP --capacity 10G");
            }
            entries.values().forEach(entry -> {
                DeliveryGroup group = (DeliveryGroup) entry.value();
                out.printf(
                        "%-20s %s %d bit/s, addresses %s, name servers %s, probe %s, rank %d, revision %d%n",
                        group.getGroupId(),
                        group.getBarred() ? "barred" : "serving",
                        group.getCapacityBitsPerSecond(),
                        group.getAddresses().stream().map(GroupCommand::text).collect(Collectors.joining(" ")),
                        group.getNameServers(),
                        group.getProbePort() == 0 ? "none" : group.getProbePort() + group.getProbePath(),
                        group.getDefaultRank(),
                        group.getAuthorship().getRevision());
            });
        }
    }

    private static String text(DeliveryAddress address) {
        return address.getAddress() + (address.getEdgeId().isEmpty() ? "" : "=" + address.getEdgeId());
    }

    /** {@code fairlead group set}. */
    @Command(name = "set", description = "Add a group, or change what is given; the rest stays.")
    static final class Set extends OnGroup {

        @Option(
                names = "--address",
                paramLabel = "IP[=EDGE]",
                split = ",",
                description = "Where it serves viewers, each with the edge that reports for it.")
        private @Nullable List<String> addresses;

        @Option(
                names = "--capacity",
                paramLabel = "BITS",
                converter = BitRate.class,
                description = "What it can carry to viewers, bit/s, such as 10G.")
        private @Nullable Long capacity;

        @Option(
                names = "--name-servers",
                paramLabel = "EDGE",
                split = ",",
                description = "Name servers that stand with it.")
        private @Nullable List<String> nameServers;

        @Option(
                names = "--probe",
                paramLabel = "PORT[/PATH]",
                description = "What name servers probe: a port, and a path that answers 2xx; 0: nothing.")
        private @Nullable String probe;

        @Option(
                names = "--default-rank",
                paramLabel = "N",
                description = "Place among those who serve whom nothing is known of; 0: last.")
        private @Nullable Integer defaultRank;

        @Option(
                names = "--barred",
                paramLabel = "true|false",
                arity = "0..1",
                fallbackValue = "true",
                description = "No new answer names it.")
        private @Nullable Boolean barred;

        @Option(names = "--country", paramLabel = "CC", description = "Where it stands.")
        private @Nullable String country;

        @Option(names = "--city", paramLabel = "NAME", description = "Where it stands.")
        private @Nullable String city;

        @Option(names = "--latitude", paramLabel = "DEGREES", description = "North; for the picture of the map.")
        private @Nullable Double latitude;

        @Option(names = "--longitude", paramLabel = "DEGREES", description = "East; for the picture of the map.")
        private @Nullable Double longitude;

        @Override
        void run(ConfigStore store, PrintWriter out) {
            ConfigStore.Change change = store.write(Topics.CONFIG_GROUPS, id, write.attribution(), next -> {
                ConfigEntry present = next.present();
                DeliveryGroup.Builder group = present == null
                        ? DeliveryGroup.newBuilder().setGroupId(id)
                        : DeliveryGroup.newBuilder((DeliveryGroup) present.value());
                return checked(id, changed(group).setAuthorship(next.authorship()));
            });
            out.println("group " + id + " is now revision " + change.revision() + ".");
        }

        private DeliveryGroup.Builder changed(DeliveryGroup.Builder group) {
            if (addresses != null) {
                group.setAddresses(addresses.stream().map(Set::address).toList());
            }
            if (capacity != null) {
                group.setCapacityBitsPerSecond(capacity);
            }
            if (nameServers != null) {
                group.setNameServers(nameServers);
            }
            if (probe != null) {
                probe(group, probe);
            }
            if (defaultRank != null) {
                group.setDefaultRank(defaultRank);
            }
            if (barred != null) {
                group.setBarred(barred);
            }
            if (country != null) {
                group.setCountry(country);
            }
            if (city != null) {
                group.setCity(city);
            }
            if (latitude != null) {
                group.setLatitudeDegrees(latitude);
            }
            if (longitude != null) {
                group.setLongitudeDegrees(longitude);
            }
            return group;
        }

        private static DeliveryAddress address(String text) {
            int equals = text.indexOf('=');
            return equals < 0
                    ? new DeliveryAddress(text, "")
                    : new DeliveryAddress(text.substring(0, equals), text.substring(equals + 1));
        }

        private static void probe(DeliveryGroup.Builder group, String text) {
            int slash = text.indexOf('/');
            String port = slash < 0 ? text : text.substring(0, slash);
            if (!port.matches("\\d{1,5}")) {
                throw new UserError(
                        "--probe is '" + text + "'; write a port, or a port and a path such as 8080/ready.");
            }
            group.setProbePort(Integer.parseInt(port));
            group.setProbePath(slash < 0 ? "" : text.substring(slash));
        }

        private static DeliveryGroup checked(String id, DeliveryGroup.Builder group) {
            if (!group.hasAddresses() || !group.hasCapacityBitsPerSecond()) {
                throw new UserError("Group " + id + " is new: it needs --address and --capacity.");
            }
            DeliveryGroup record = group.build();
            List<String> wrong = GroupRecords.violations(id, record);
            if (!wrong.isEmpty()) {
                throw new UserError("Group " + id + " is not changed: " + String.join("; ", wrong) + ".");
            }
            return record;
        }
    }

    /** {@code fairlead group remove}. */
    @Command(name = "remove", description = "Take a group away; no new answer names it.")
    static final class Remove extends OnGroup {

        @Override
        void run(ConfigStore store, PrintWriter out) {
            store.remove(Topics.CONFIG_GROUPS, "group", id, write.attribution());
            out.println("group " + id + " is removed.");
        }
    }

    /** What the commands on one group have in common. */
    abstract static class OnGroup extends StoreCommand {

        @Mixin
        WriteOptions write = new WriteOptions();

        @Parameters(paramLabel = "GROUP", description = "Its id.")
        String id = "";
    }
}
