package io.fairlead.dashboards.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationTest {

    @Test
    void numbersHaveNoGapAndNoFileIsForgotten() throws IOException, URISyntaxException {
        List<Migration> bundled = Migration.bundled();
        assertThat(bundled.stream().map(Migration::number))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, bundled.size()).boxed().toList());
        Path folder = Path.of(Migration.class.getResource("/clickhouse/INDEX").toURI())
                .getParent();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.filter(file -> file.toString().endsWith(".sql"))).hasSameSizeAs(bundled);
        }
    }

    @Test
    void everyStatementCanRunTwice() {
        assertThat(Migration.bundled().stream().flatMap(step -> step.statements().stream()))
                .allMatch(statement -> statement.startsWith("INSERT INTO")
                        ? statement.matches("(?s).*NOT IN \\(SELECT [a-z_, ]+ FROM fairlead\\.\\w+\\)")
                        : statement.contains("IF NOT EXISTS") || statement.contains("IF EXISTS"));
    }

    @Test
    void aSemicolonInsideALineEndsNoStatement() {
        Migration migration = Migration.parse("0007_relay.sql", "-- why; because\nSELECT ';' ;\n\nSELECT 2;\n");
        assertThat(migration.title()).isEqualTo("0007 relay");
        assertThat(migration.statements()).containsExactly("SELECT ';'", "SELECT 2");
    }

    @Test
    void anEditedStepHasAnotherChecksum() {
        assertThat(Migration.parse("0001_a.sql", "SELECT 1;").checksum())
                .isNotEqualTo(Migration.parse("0001_a.sql", "SELECT 2;").checksum());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://db:8123",
                "http://db",
                "jdbc:clickhouse://db:8123/fairlead",
                "jdbc:clickhouse:http://db:8123/fairlead?compress=1",
                "http://db:8123/fairlead"
            })
    void everyWayToWriteTheAddressMeansTheSame(String url) {
        assertThat(ClickHouseUrl.parse(url).endpoint()).isEqualTo(URI.create("http://db:8123"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "db:8123", "tcp://db:9000", "jdbc:mysql://db/x", "http://"})
    void anAddressThatIsNoneIsRefused(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClickHouseUrl.parse(url))
                .withMessageContaining("http://HOST:8123");
    }
}
