package io.fairlead.proxy.exit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.model.PoolType;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What exits declare of their place, against files in MaxMind's format. */
class LocationCheckTest {

    @TempDir
    private Path directory;

    private LocationCheck check;

    @BeforeEach
    void open() throws IOException {
        Path cities = new LocationFile()
                .with("192.0.2.0", 24, LocationFile.city("US", "TX", "Texas", "Austin"))
                .with("198.51.100.128", 25, Map.of("country", Map.of("iso_code", "DE")))
                .write(directory.resolve("cities.mmdb"));
        Path systems = new LocationFile()
                .with("192.0.0.0", 16, Map.of("autonomous_system_number", 64500))
                .write(directory.resolve("systems.mmdb"));
        check = new LocationCheck(LocationDatabase.open(List.of(cities, systems)));
    }

    private Location judged(String address, String country, String region, String city, long asn) throws IOException {
        ExitInfo declared = new ExitInfo(
                "exit-1", PoolType.RESIDENTIAL, country, region, city, asn, "linux", true, 3, Set.of("a"), 7);
        ExitInfo judged = check.judged(declared, InetAddress.getByName(address));
        assertThat(judged.pools()).isEqualTo(declared.pools());
        return judged.location();
    }

    @Test
    void whatIsDeclaredRightlyStands() throws IOException {
        assertThat(judged("192.0.2.7", "us", "Texas", "austin", 64500))
                .isEqualTo(new Location("us", "texas", "austin", 64500));
        assertThat(judged("192.0.2.7", "us", "TX", "Austin", 64500))
                .isEqualTo(new Location("us", "tx", "austin", 64500));
        assertThat(check.mismatches()).isZero();
    }

    @Test
    void whatIsNotDeclaredIsFilledIn() throws IOException {
        assertThat(judged("192.0.2.7", "", "", "", 0)).isEqualTo(new Location("us", "texas", "austin", 64500));
        assertThat(check.mismatches()).isZero();
    }

    @Test
    void whatIsObservedCountsWhereTheyDiffer() throws IOException {
        assertThat(judged("192.0.2.7", "de", "Bayern", "Passau", 1))
                .isEqualTo(new Location("us", "texas", "austin", 64500));
        assertThat(judged("192.0.2.7", "us", "tx", "Dallas", 64500))
                .isEqualTo(new Location("us", "tx", "austin", 64500));
        assertThat(judged("198.51.100.200", "fr", "Bretagne", "Brest", 5)).isEqualTo(new Location("de", "", "", 5));
        assertThat(check.mismatches()).isEqualTo(3);
    }

    @Test
    void whereNothingIsKnownWhatIsDeclaredStands() throws IOException {
        Location brest = new Location("fr", "bretagne", "brest", 5);
        assertThat(judged("198.51.100.1", "fr", "Bretagne", "Brest", 5)).isEqualTo(brest);
        assertThat(judged("2001:db8::1", "fr", "Bretagne", "Brest", 5)).isEqualTo(brest);
        assertThat(check.mismatches()).isZero();
    }

    @Test
    void aFileThatIsNoDatabaseIsNamed() throws IOException {
        Path file = Files.writeString(directory.resolve("x.mmdb"), "no");
        assertThatThrownBy(() -> LocationDatabase.open(List.of(file)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("x.mmdb");
    }
}
