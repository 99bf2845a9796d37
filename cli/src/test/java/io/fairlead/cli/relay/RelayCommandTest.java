package io.fairlead.cli.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.cli.Fairlead;
import io.fairlead.relay.server.RoomBook;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fairlead relay}: what is wrong is said before anything is started, with what to do. */
class RelayCommandTest {

    @TempDir
    Path directory;

    @BeforeEach
    void certificates() {
        issue("relay-server", "rs-1");
        issue("relay-client", "rc-1");
    }

    private void issue(String kind, String id) {
        Run issued = run("authority", "issue", kind, id, "--authority-directory=" + directory, "--into=" + directory);
        assertThat(issued.err).isEmpty();
        assertThat(issued.status).isZero();
    }

    @Test
    void whatIsRightIsSaidOfBothEnds() {
        String digest = RoomBook.digest("a key");
        Run server = server("rs-1", "--no-kafka", "--room=live/a=" + digest, "--unmergeable=live/a,live/b");
        assertThat(server.out)
                .contains("ok     key and authority", "ok     rooms: 2 in the settings", "Nothing is wrong");
        assertThat(server.status).isZero();
        Run client = client("rc-1", "rc-1", "--no-kafka", "--parent=relay.example:8460,[2001:db8::1]:8460");
        assertThat(client.out).contains("ok     relay servers: relay.example:8460, [2001:db8::1]:8460");
        assertThat(client.status).isZero();
    }

    @Test
    void aCertificateOfTheOtherEndIsNone() {
        assertThat(server("rc-1", "--no-kafka").out)
                .contains("WRONG  key and authority", "rc-1.crt was issued to no relay server");
        assertThat(client("rs-1", "rc-1", "--no-kafka", "--parent=127.0.0.1:1").out)
                .contains("rs-1.crt was issued to no relay client, but --edge-id is rc-1");
        assertThat(client("rc-1", "rc-2", "--no-kafka", "--parent=127.0.0.1:1").out)
                .contains("rc-1.crt was issued to the relay client rc-1, but --edge-id is rc-2");
    }

    @Test
    void roomsAndAdmissionThatCannotBeAreNamed() {
        assertThat(server("rs-1", "--no-kafka", "--room=live/a").out)
                .contains("--room has 'live/a'; write ROOM=DIGEST");
        assertThat(server("rs-1", "--no-kafka", "--room=live/a=secret").out)
                .contains("the digest of a key is \"secret\"");
        assertThat(server("rs-1", "--no-kafka", "--admission=signed").out).contains("give it --signing-key-file");
        assertThat(server("rs-1", "--no-kafka", "--admission=hook").out).contains("give it --admission-hook");
    }

    @Test
    void withoutKafkaThatMustBeSaid() {
        Run client = run(arguments("client", "rc-1", "rc-1", "--parent=127.0.0.1:1"));
        assertThat(client.status).isEqualTo(1);
        assertThat(client.err).contains("needs --data", "or --no-kafka");
    }

    @Test
    void anAddressIsSigned() throws IOException {
        Path key = directory.resolve("signing");
        Files.writeString(key, "0123456789abcdef0123\n");
        assertThat(run("relay", "sign", "live/a", "--signing-key-file=" + key).out)
                .matches("/live/a\\.flv\\?expires=\\d+&signature=[0-9a-f]{64}\\R");
        assertThat(run("relay", "sign", "live", "--signing-key-file=" + key).err)
                .contains("the room 'live'");
    }

    private Run server(String certificate, String... more) {
        return checked("server", certificate, "rs-1", more);
    }

    private Run client(String certificate, String id, String... more) {
        return checked("client", certificate, id, more);
    }

    private Run checked(String end, String certificate, String id, String... more) {
        List<String> all = new ArrayList<>(List.of(more));
        all.addAll(List.of("check-config", "--address=127.0.0.1:0", "--admin-address=127.0.0.1:0"));
        return run(arguments(end, certificate, id, all.toArray(String[]::new)));
    }

    private String[] arguments(String end, String certificate, String id, String... more) {
        List<String> all = new ArrayList<>(List.of(
                "relay",
                end,
                "--edge-id=" + id,
                "--certificate=" + directory.resolve(certificate + ".crt"),
                "--key=" + directory.resolve(certificate + ".key"),
                "--authority=" + directory.resolve("ca.crt")));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private record Run(int status, String out, String err) {}

    private static Run run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Fairlead.execute(Map.of(), new PrintWriter(out), new PrintWriter(err), args);
        return new Run(status, out.toString(), err.toString());
    }
}
