package io.fairlead.cli.config;

import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.relay.server.RoomBook;
import io.fairlead.schemas.config.RoomAdmission;
import io.fairlead.schemas.config.RoomDefinition;
import io.fairlead.schemas.rooms.RoomRecords;
import io.fairlead.schemas.topics.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fairlead room}. */
@Command(
        name = "room",
        description = "Say which live rooms there are, who may publish and watch them.",
        subcommands = {RoomCommand.Show.class, RoomCommand.Set.class, RoomCommand.Remove.class, RoomCommand.Digest.class
        })
public final class RoomCommand {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    /** {@code fairlead room list}. */
    @Command(name = "list", description = "All rooms that are defined, without their keys.")
    static final class Show extends StoreCommand {

        @Override
        void run(ConfigStore store, PrintWriter out) {
            Map<String, ConfigEntry> entries = store.read(Topics.CONFIG_ROOMS);
            if (entries.isEmpty()) {
                out.println("There are no rooms; add one with: fairlead room set ROOM --new-key --reason TEXT");
            }
            entries.values().forEach(entry -> {
                RoomDefinition room = (RoomDefinition) entry.value();
                out.printf(
                        "%-24s %d keys, admission %s, %s, renditions %s, revision %d%n",
                        room.getRoom(),
                        room.getPublishKeyDigests().size(),
                        room.getAdmission().name().toLowerCase(Locale.ROOT),
                        room.getMergeable() ? "mergeable" : "a stream for each viewer",
                        room.getRenditions(),
                        room.getAuthorship().getRevision());
            });
        }
    }

    /** {@code fairlead room set}. */
    @Command(name = "set", description = "Add a room, or change what is given; the rest stays.")
    static final class Set extends OnRoom {

        private static final int KEY_BYTES = 24;

        @Option(
                names = "--new-key",
                description = "Make a key at random, and print it once; those that were good are so no more.")
        private boolean newKey;

        @Option(names = "--keep-keys", description = "With --new-key: those that were good stay so.")
        private boolean keepKeys;

        @Option(
                names = "--key-digests",
                paramLabel = "DIGEST",
                split = ",",
                description = "SHA-256 of the keys that are good; see fairlead room digest.")
        private @Nullable List<String> keyDigests;

        @Option(
                names = "--admission",
                paramLabel = "WHO",
                description = "edge (as the relay server is set), open, signed or hook.")
        private @Nullable RoomAdmission admission;

        @Option(
                names = "--mergeable",
                paramLabel = "true|false",
                arity = "0..1",
                fallbackValue = "true",
                description = "Whether viewers behind one relay client share a stream.")
        private @Nullable Boolean mergeable;

        @Option(
                names = "--renditions",
                paramLabel = "NAME",
                split = ",",
                description = "Rooms below it with the same terms, such as 720p for ROOM/720p.")
        private @Nullable List<String> renditions;

        @Override
        void run(ConfigStore store, PrintWriter out) {
            byte[] random = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(random);
            String key = HexFormat.of().formatHex(random);
            ConfigStore.Change change = store.write(Topics.CONFIG_ROOMS, id, write.attribution(), next -> {
                ConfigEntry present = next.present();
                RoomDefinition.Builder room = present == null
                        ? RoomDefinition.newBuilder()
                                .setRoom(id)
                                .setPublishKeyDigests(List.of())
                                .setAdmission(RoomAdmission.EDGE)
                                .setRenditions(List.of())
                        : RoomDefinition.newBuilder((RoomDefinition) present.value());
                return checked(
                        id, changed(room, key).setAuthorship(next.authorship()).build());
            });
            out.println("room " + id + " is now revision " + change.revision() + ".");
            if (newKey) {
                out.println("Its key is " + key + " and is shown only now; publish with ?key=" + key);
            }
        }

        private RoomDefinition.Builder changed(RoomDefinition.Builder room, String key) {
            if (keyDigests != null) {
                room.setPublishKeyDigests(keyDigests);
            }
            if (newKey) {
                List<String> digests = new ArrayList<>(keepKeys ? room.getPublishKeyDigests() : List.of());
                digests.add(RoomBook.digest(key));
                room.setPublishKeyDigests(digests);
            }
            if (admission != null) {
                room.setAdmission(admission);
            }
            if (mergeable != null) {
                room.setMergeable(mergeable);
            }
            if (renditions != null) {
                room.setRenditions(
                        renditions.stream().filter(each -> !each.isEmpty()).toList());
            }
            return room;
        }

        private static RoomDefinition checked(String name, RoomDefinition room) {
            List<String> wrong = RoomRecords.violations(name, room);
            if (!wrong.isEmpty()) {
                throw new UserError("Room " + name + " is not changed: " + String.join("; ", wrong) + ".");
            }
            return room;
        }
    }

    /** {@code fairlead room remove}. */
    @Command(name = "remove", description = "Take a room away: who publishes it is ended within a second.")
    static final class Remove extends OnRoom {

        @Override
        void run(ConfigStore store, PrintWriter out) {
            store.remove(Topics.CONFIG_ROOMS, "room", id, write.attribution());
            out.println("room " + id + " is removed.");
        }
    }

    /** {@code fairlead room digest}. */
    @Command(
            name = "digest",
            description = "Digest the key on standard input, for settings: printf %%s KEY | fairlead room digest")
    static final class Digest implements Callable<Integer> {

        private static final int KEY_BYTES_MAX = 4_096;

        @Mixin
        private SettingsOptions commonOptions = new SettingsOptions();

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            String key = new String(System.in.readNBytes(KEY_BYTES_MAX), StandardCharsets.UTF_8).strip();
            if (key.isEmpty()) {
                throw new UserError("An empty key lets everybody publish; make one with: openssl rand -hex 24");
            }
            spec.commandLine().getOut().println(RoomBook.digest(key));
            return 0;
        }
    }

    /** What the commands on one room have in common. */
    abstract static class OnRoom extends StoreCommand {

        @Mixin
        WriteOptions write = new WriteOptions();

        @Parameters(paramLabel = "ROOM", description = "Its name, such as live/a.")
        String id = "";
    }
}
