package io.fairlead.cli.nameserver;

import io.fairlead.cli.UserError;
import io.fairlead.nameserver.sign.SigningSettings;
import io.fairlead.nameserver.wire.Names;
import io.fairlead.nameserver.zone.ZoneKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** Which zones are signed, with what, and how much of it at most. */
final class SigningOptions {

    @Option(
            names = "--sign",
            paramLabel = "ZONE=KEY",
            split = ",",
            description =
                    "Sign this zone with the key of that file, see fairlead nameserver key. Given again for the same zone, further keys are published beside the first, to follow it.")
    private List<String> keys = List.of();

    /** The keys of each zone, by its name with a dot at the end. */
    Map<String, List<ZoneKey>> keys() {
        Map<String, List<ZoneKey>> byZone = new LinkedHashMap<>();
        for (String each : keys) {
            int equals = each.indexOf('=');
            if (equals < 1) {
                throw new UserError("--sign is '" + each + "' but must be ZONE=FILE.");
            }
            String zone = each.substring(0, equals);
            try {
                byte[] name = Names.parse(zone.endsWith(".") ? zone : zone + ".", new byte[1]);
                byZone.computeIfAbsent(Names.text(Names.lower(name)), any -> new ArrayList<>())
                        .add(ZoneKey.load(Path.of(each.substring(equals + 1))));
            } catch (IOException | IllegalArgumentException e) {
                throw new UserError("--sign " + each + ": " + e.getMessage(), e);
            }
        }
        return byZone;
    }

    /** Bounds, for name servers. */
    static final class Bounds {

        @Option(
                names = "--cached-signatures",
                paramLabel = "N",
                defaultValue = "20000",
                description =
                        "Signatures that each socket's event loop remembers, about 600 bytes each (default: ${DEFAULT-VALUE}).")
        private int cachedSignatures = 20_000;

        @Option(
                names = "--signatures-per-second",
                paramLabel = "N",
                defaultValue = "1000",
                description =
                        "New signatures of each event loop; over it answers are truncated over UDP, and fail over TCP (default: ${DEFAULT-VALUE}).")
        private int signaturesPerSecond = 1_000;

        SigningSettings settings() {
            return new SigningSettings(cachedSignatures, signaturesPerSecond);
        }
    }
}
