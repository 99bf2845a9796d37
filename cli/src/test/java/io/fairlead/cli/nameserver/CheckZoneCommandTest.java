package io.fairlead.cli.nameserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.cli.Fairlead;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fairlead nameserver check-zone}: what would be served, and all that is wrong with its line, before a name server is started. */
class CheckZoneCommandTest {

    private static final String GOOD = """
            $ORIGIN live.example.
            $TTL 300
            @ SOA ns hostmaster 7 1h 15m 1w 60
              NS ns
            ns A 192.0.2.53
            $MAPPED watch 20
            """;

    @TempDir
    Path directory;

    private String said = "";

    private int check(String... arguments) {
        StringWriter out = new StringWriter();
        PrintWriter both = new PrintWriter(out);
        List<String> command = new ArrayList<>(List.of("nameserver", "check-zone"));
        command.addAll(List.of(arguments));
        int status = Fairlead.execute(Map.of(), both, both, command.toArray(String[]::new));
        both.flush();
        said = out.toString();
        return status;
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    @Test
    void aGoodZoneIsSaidToBeWithWhatIsInIt() throws Exception {
        assertThat(check(file("live.zone", GOOD))).isZero();
        assertThat(said).contains("zone live.example., serial 7, 3 records, 1 mapped names: good");
    }

    @Test
    void eachErrorIsSaidWithItsLineAndReasonAndGoodZonesBesideItToo() throws Exception {
        String bad = file("bad.zone", GOOD + "www A 192.0.2.256\nwww MX mail\n");
        assertThat(check(bad, file("live.zone", GOOD))).isEqualTo(1);
        assertThat(said)
                .contains(bad + ": line 7: ", "'192.0.2.256' is no address")
                .contains(bad + ": line 8: ", "preference is 'mail'")
                .contains(bad + ": can't be served")
                .contains("zone live.example., serial 7");
    }

    @Test
    void whatIsOnlyOddIsSaidAndServed() throws Exception {
        assertThat(check(file("odd.zone", GOOD + "@ MX 1 nowhere\n"))).isZero();
        assertThat(said).contains("line 7", "nowhere", ": good");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThat(check(directory.resolve("none.zone").toString())).isNotZero();
        assertThat(said).contains("none.zone");
    }

    @Test
    void aZoneIsSaidToBeSignedWithTheKeyThatWasMadeForIt() throws Exception {
        String key = directory.resolve("live.key").toString();
        StringWriter made = new StringWriter();
        PrintWriter out = new PrintWriter(made);
        assertThat(Fairlead.execute(Map.of(), out, out, "nameserver", "key", "--zone=live.example", key))
                .as("%s", made)
                .isZero();
        assertThat(made.toString()).contains("DNSKEY", "DS");
        assertThat(check(file("live.zone", GOOD), "--sign=live.example=" + key)).isZero();
        assertThat(said).contains("signed with key ");
        assertThat(check(file("live.zone", GOOD), "--sign=other.example=" + key))
                .isNotZero();
        assertThat(said).contains("other.example");
    }
}
