package io.fairlead.lab.rooms;

import io.fairlead.cli.Foreground;
import io.fairlead.cli.UserError;
import io.fairlead.cli.kafka.KafkaOptions;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.lab.control.ControlDoor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fairlead live-rooms}: a live room with its relays and viewers, in one process. */
@Command(
        name = "live-rooms",
        description =
                "Run a live room with a picture, a relay server, two relay clients and the viewers behind them, for the demo and for trials.")
public final class RoomsCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(names = "--data", paramLabel = "DIR", required = true, description = "Directory of the relays.")
    private Path data = Path.of("");

    @Option(
            names = "--viewers",
            paramLabel = "N",
            defaultValue = "50",
            description = "Of both relay clients, at most 5000 (default: ${DEFAULT-VALUE}).")
    private int viewers = 50;

    @Option(
            names = "--video-kbits",
            paramLabel = "N",
            defaultValue = "250",
            description = "Of the picture of ffmpeg, kbit/s, at most 20000 (default: ${DEFAULT-VALUE}).")
    private int videoKbits = 250;

    @Option(names = "--built-in-picture", description = "Take the built-in clock, though ffmpeg is installed.")
    private boolean builtIn;

    @Option(
            names = "--control-port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "Where promotions are brought about, on loopback; 0 takes a free port (default).")
    private int controlPort;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (viewers < 2 || viewers > 5_000 || videoKbits < 50 || videoKbits > 20_000) {
            throw new UserError("--viewers goes from 2 to 5000, --video-kbits from 50 to 20000.");
        }
        try (LiveRooms rooms = LiveRooms.start(kafka.client(), data, viewers, videoKbits, builtIn);
                ControlDoor control = RoomsControl.start(rooms, controlPort)) {
            String url = "http://127.0.0.1:" + control.port();
            Foreground.ready(
                    spec.commandLine().getOut(),
                    viewers + " viewers come to the room " + LiveRooms.ROOM + "; control at " + url + "/rooms",
                    Map.of("control", url));
            Foreground.untilTerminated();
            return 0;
        } catch (IOException e) {
            throw new UserError("The live rooms can't start: " + e.getMessage(), e);
        }
    }
}
