package io.fairlead.lab.bench.dns;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** How PowerDNS is set: the zone from its file, one name steered by the client's subnet, or the zone signed as it is asked for. One thread of each kind. */
final class PowerDns {

    static final String PROGRAM = "pdns_server";
    static final String INSTALL = "Debian: apt-get install pdns-server pdns-backend-bind pdns-backend-geoip";

    private static final Path LIBRARIES = Path.of("/usr/lib");
    private static final List<String> BACKENDS = List.of("libbindbackend.so", "libgeoipbackend.so");

    private PowerDns() {}

    /** Whether its backends are there, too. */
    static boolean hasBackends() throws IOException {
        for (String backend : BACKENDS) {
            try (Stream<Path> found = Files.find(
                    LIBRARIES, 3, (path, about) -> path.endsWith(Path.of("pdns").resolve(backend)))) {
                if (found.findAny().isEmpty()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The zone from its file, and a zone of a mapped name whose answer depends on the client's subnet. */
    static List<String> serving(Path program, Path own, int port) throws IOException {
        Path steered = own.resolve("geo.yaml");
        Files.writeString(steered, """
                domains:
                  - domain: %1$s
                    ttl: 20
                    records:
                      %1$s:
                        - soa: ns1.%1$s hostmaster.%1$s 7 3600 900 604800 60
                        - ns: ns1.%1$s
                      near.%1$s:
                        - a: 192.0.2.1
                      far.%1$s:
                        - a: 192.0.2.2
                    services:
                      live.%1$s:
                        default: ["far.%1$s"]
                        198.51.100.0/24: ["near.%1$s"]
                """.formatted(BenchZone.STEERED));
        return command(program, own, port, """
                launch=bind,geoip
                geoip-zones-file=%s
                geoip-database-files=
                edns-subnet-processing=yes
                """.formatted(steered));
    }

    /** The zone, signed by ECDSA P-256 when it is asked for. What is not there is denied for each name by itself, as ours does it, so that both sign anew for each; by NSEC3, three signatures, for PowerDNS has no other way. */
    static List<String> signing(Path program, Path own, int port) throws IOException {
        Path keys = own.resolve("keys.db");
        List<String> command = command(program, own, port, """
                launch=bind
                bind-dnssec-db=%s
                """.formatted(keys));
        util(own, "create-bind-db", keys.toString());
        util(own, "secure-zone", BenchZone.NAME);
        util(own, "set-nsec3", BenchZone.NAME, "1 0 0 -", "narrow");
        return command;
    }

    private static List<String> command(Path program, Path own, int port, String more) throws IOException {
        Path zones = own.resolve("named.conf");
        Files.writeString(
                zones, "zone \"%s\" { type master; file \"%s\"; };\n".formatted(BenchZone.NAME, own.resolve("zone")));
        Files.writeString(own.resolve("pdns.conf"), """
                bind-config=%1$s
                local-address=127.0.0.1
                local-port=%2$d
                socket-dir=%3$s
                receiver-threads=1
                distributor-threads=1
                signing-threads=1
                daemon=no
                guardian=no
                loglevel=3
                security-poll-suffix=
                """.formatted(zones, port, own) + more);
        return List.of(program.toString(), "--config-dir=" + own);
    }

    private static void util(Path own, String... arguments) throws IOException {
        Process process = new ProcessBuilder(
                        Stream.concat(Stream.of("pdnsutil", "--config-dir=" + own), Stream.of(arguments))
                                .toList())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException("pdnsutil " + String.join(" ", arguments) + " failed; it said: " + said);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while pdnsutil ran", e);
        }
    }
}
