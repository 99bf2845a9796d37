package io.fairlead.cli.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.fairlead.cli.Fairlead;
import io.fairlead.cli.UserError;
import io.fairlead.cli.check.Needs;
import io.fairlead.proxy.link.LinkAuthority;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fairlead proxy check-config}: each finding says what to do, the exit code says whether there is one, and nothing is changed. */
class ProxyCheckConfigTest {

    private static final long SPOOL_BYTES = 1L << 30;

    @TempDir
    Path directory;

    private LinkAuthority authority;

    @BeforeEach
    void enough() throws IOException {
        assumeThat(Files.getFileStore(directory).getUsableSpace())
                .as("room for the telemetry of a proxy")
                .isGreaterThan(SPOOL_BYTES);
        authority = LinkAuthority.openOrCreate(directory.resolve("ca"), InstantSource.system());
        authority.issueEdge("edge-1", Duration.ofHours(5)).save(directory.resolve("ca"), "edge-1");
    }

    @Test
    void whatIsRightIsSaidAndNothingIsStartedMadeOrTaken() throws IOException {
        int port = freePort();
        List<String> before = files();
        Run run = check("--user-address=127.0.0.1:" + port);
        assertThat(run.err).isEmpty();
        assertThat(run.out.lines())
                .anyMatch(line -> line.matches("ok +users on: .*127\\.0\\.0\\.1:" + port))
                .anyMatch(line -> line.matches("ok +exits on: .*"))
                .anyMatch(line -> line.matches("ok +admin on: .*"))
                .anyMatch(line -> line.matches("ok +certificate: .*edge-1\\.crt is valid until .*"))
                .anyMatch(line -> line.matches("ok +key and authority: .*edge-1\\.key, .*ca\\.crt"))
                .anyMatch(line -> line.matches("ok +data directory: .*"))
                .anyMatch(line -> line.matches("ok +space for telemetry: .*"))
                .anyMatch(line -> line.equals("left   Kafka, topics, tenants: --offline"))
                .noneMatch(line -> line.startsWith("WRONG"))
                .last()
                .isEqualTo("Nothing is wrong.");
        assertThat(run.status).isZero();
        assertThat(files()).as("nothing is made, the data directory neither").isEqualTo(before);
        try (ServerSocket free = new ServerSocket()) {
            free.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            assertThat(free.isBound()).isTrue();
        }
    }

    @Test
    void anAddressThatIsTakenOrNotOfThisMachineIsNamed() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Run taken = check("--link-address=127.0.0.1:" + other.getLocalPort());
            wrong(taken, "exits on: ", "127.0.0.1:" + other.getLocalPort(), "can't be bound", "end what uses it");
        }
        wrong(check("--user-address=192.0.2.1:0"), "users on: ", "192.0.2.1", "choose another address");
    }

    @Test
    void certificatesThatAreMissingRubbishStrangeOrOverAreNamed() throws IOException {
        Path ca = directory.resolve("ca");
        wrong(
                check("--certificate=" + ca.resolve("none.crt")),
                "certificate: ",
                "none.crt can't be read",
                "fairlead authority issue edge");
        wrong(check("--key=" + ca.resolve("none.key")), "key and authority: ", "can't read", "none.key");
        Path rubbish = Files.writeString(directory.resolve("rubbish.pem"), "rubbish");
        wrong(check("--certificate=" + rubbish), "certificate: ", "rubbish.pem is no PEM certificate");
        wrong(check("--authority=" + rubbish), "key and authority: ", "no PEM as expected");
        authority.issueEdge("edge-2", Duration.ofHours(5)).save(ca, "edge-2");
        wrong(check("--key=" + ca.resolve("edge-2.key")), "key and authority: ", "edge-2.key does not belong to");
        authority.issueEdge("edge-3", Duration.ofMinutes(20)).save(ca, "edge-3");
        wrong(certified("edge-3"), "certificate: ", "ends soon", "fairlead authority issue edge");
        LinkAuthority past = LinkAuthority.openOrCreate(
                directory.resolve("past"), () -> Instant.now().minus(Duration.ofDays(3)));
        past.issueEdge("edge-4", Duration.ofHours(5)).save(ca, "edge-4");
        wrong(certified("edge-4"), "certificate: ", "has ended at");
        LinkAuthority stranger = LinkAuthority.create(InstantSource.system());
        stranger.issueEdge("edge-5", Duration.ofHours(5)).save(ca, "edge-5");
        wrong(certified("edge-5"), "key and authority: ", "was not issued by the authority in");
    }

    @Test
    void aUserCertificateThatCantBeUsedIsNamed() {
        Path ca = directory.resolve("ca");
        authority.issueEdge("edge-2", Duration.ofHours(5)).save(ca, "edge-2");
        assertThat(check("--user-certificate=" + ca.resolve("edge-2.crt"), "--user-key=" + ca.resolve("edge-2.key"))
                        .status)
                .isZero();
        wrong(
                check("--user-certificate=" + ca.resolve("edge-2.crt"), "--user-key=" + ca.resolve("edge-1.key")),
                "users' certificate: ",
                "edge-1.key does not belong to the certificate in");
        Run half = check("--user-certificate=" + ca.resolve("edge-2.crt"));
        assertThat(half.status).isEqualTo(1);
        assertThat(half.err).contains("--user-certificate and --user-key belong together");
    }

    @Test
    void directoriesThatCantBeUsedAreNamed() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        wrong(check("--data=" + file.resolve("edge")), "data directory: ", "can't be written to");
        wrong(check("--access-log=" + file.resolve("access.log")), "access log: ", "can't be written to");
        wrong(
                check("--secrets-directory=" + directory.resolve("none")),
                "secrets directory: ",
                "is no directory that can be read");
    }

    /** No disk of a test is full by itself: none has room for all bytes that there are. */
    @Test
    void aDiskWithoutRoomForTelemetryIsNamed() throws IOException {
        assertThatThrownBy(() -> Needs.space(directory.resolve("not/yet/there"), Long.MAX_VALUE))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("not/yet/there has room for", "telemetry may wait for Kafka", "make room");
        assertThat(Needs.space(directory.resolve("not/yet/there"), 1)).contains("MiB are free, 0 MiB");
    }

    @Test
    void destinationsThatAreNoneAreNamed() {
        assertThat(check("--allow-destination=10.0.0.0/8,.example:8080").status).isZero();
        wrong(check("--allow-destination=10.0.0.0/99"), "allowed destinations: ", "10.0.0.0/99");
    }

    @Test
    void aLocationDatabaseThatIsNoneIsNamed() throws IOException {
        Path rubbish = Files.writeString(directory.resolve("places.mmdb"), "rubbish");
        wrong(check("--location-database=" + rubbish), "location databases: ", "places.mmdb can't be used", ".mmdb");
    }

    @Test
    void settingsThatNoProxyTakesAreNamedBeforeAnythingIsLookedAt() {
        assertThat(check("--proxy-protocol-from=somewhere").err).contains("--proxy-protocol-from has 'somewhere'");
        assertThat(check("--user-address=nowhere").status).isNotZero();
        Run unknown = run(List.of("proxy", "chek-config"), List.of());
        assertThat(unknown.status).isEqualTo(1);
        assertThat(unknown.err)
                .contains("'chek-config' is nothing that `fairlead proxy` does; did you mean check-config?");
        Run option = check("--no-such-option");
        assertThat(option.status).isEqualTo(2);
        assertThat(option.err).contains("--no-such-option");
    }

    @Test
    void allThatIsWrongIsSaidInOneRun() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        Run run = check("--data=" + file.resolve("edge"), "--secrets-directory=" + file);
        assertThat(run.out).contains("2 of these must be put right before the proxy is started.");
        assertThat(run.status).isEqualTo(1);
    }

    /** One finding, of this kind, with these words, and exit code 1. */
    private static void wrong(Run run, String what, String... words) {
        assertThat(run.err).isEmpty();
        assertThat(run.out.lines().filter(line -> line.startsWith("WRONG")))
                .as(run.out)
                .singleElement()
                .asString()
                .startsWith("WRONG  " + what)
                .contains(words);
        assertThat(run.out).contains("1 of these must be put right before the proxy is started.");
        assertThat(run.status).isEqualTo(1);
    }

    private Run certified(String name) {
        Path ca = directory.resolve("ca");
        return check("--certificate=" + ca.resolve(name + ".crt"), "--key=" + ca.resolve(name + ".key"));
    }

    private Run check(String... more) {
        return run(List.of("proxy", "check-config", "--offline"), List.of(more));
    }

    /** The defaults of a good configuration, but for what is given. */
    private Run run(List<String> command, List<String> given) {
        Path ca = directory.resolve("ca");
        List<String> all = new ArrayList<>(command);
        all.addAll(given);
        for (String each : List.of(
                "--edge-id=edge-1",
                "--user-address=127.0.0.1:0",
                "--link-address=127.0.0.1:0",
                "--admin-address=127.0.0.1:0",
                "--certificate=" + ca.resolve("edge-1.crt"),
                "--key=" + ca.resolve("edge-1.key"),
                "--authority=" + ca.resolve("ca.crt"),
                "--data=" + directory.resolve("edge"))) {
            String name = each.substring(0, each.indexOf('=') + 1);
            if (given.stream().noneMatch(other -> other.startsWith(name))) {
                all.add(each);
            }
        }
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Fairlead.execute(
                Map.of(), new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
        return new Run(status, out.toString(), err.toString());
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.map(Path::toString).sorted().toList();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }

    private record Run(int status, String out, String err) {}
}
