package io.fairlead.edge.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.schemas.config.ConfigRejected;
import io.fairlead.schemas.config.Tenant;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigTableTest {

    @TempDir
    Path directory;

    private final Records records = new Records();
    private final List<ConfigRejected> rejected = new ArrayList<>();
    private ConfigTable<Tenant> table = table();

    @Test
    void anInvalidRecordIsKeptOutToldOnceAndTheLastGoodOneStays() {
        live();
        take(records.tenant("acme", true, "res"));
        take(records.tenant("acme", true));
        assertThat(table.get("acme").getPools()).containsExactly("res");
        assertThat(rejected).hasSize(1);
        ConfigRejected told = rejected.get(0);
        assertThat(told.getTopic()).isEqualTo(Topics.CONFIG_TENANTS.name());
        assertThat(told.getKey()).isEqualTo("acme");
        assertThat(told.getOffset()).isEqualTo(1);
        assertThat(told.getRejectedBy()).isEqualTo("edge e1");
        assertThat(told.getAuthor()).isEqualTo("ada");
        assertThat(told.getViolations()).containsExactly("pools is empty; give at least one");
        assertThat(told.getValue().remaining()).isPositive();
    }

    @Test
    void aRecordThatIsRubbishIsKeptOutAndTold() {
        live();
        take(records.tenant("acme", true, "res"));
        take(records.raw("acme", "rubbish".getBytes(StandardCharsets.UTF_8)));
        assertThat(table.get("acme")).isNotNull();
        assertThat(rejected).singleElement().satisfies(told -> assertThat(told.getViolations())
                .singleElement()
                .asString()
                .contains("bytes"));
    }

    @Test
    void atTheFirstReadOnlyWhatStillStandsIsTold() {
        table.followed().begin();
        take(records.tenant("mended", true));
        take(records.tenant("mended", true, "res"));
        take(records.tenant("deleted", true));
        take(records.deleted("deleted"));
        take(records.tenant("broken", true));
        assertThat(rejected).isEmpty();
        table.followed().caughtUp();
        assertThat(rejected).extracting(ConfigRejected::getKey).containsExactly("broken");
        assertThat(table.rejected()).isOne();
    }

    @Test
    void theSnapshotHoldsTheLastGoodRecordNotTheRejectedOne() throws Exception {
        live();
        take(records.tenant("acme", true, "res"));
        take(records.tenant("acme", true));
        table.followed().save(directory, 1_000_000);
        table = table();
        table.followed().restore(directory, (file, why) -> {
            throw new AssertionError(why);
        });
        assertThat(table.get("acme").getPools()).containsExactly("res");

        // The topic was compacted meanwhile: it has the bad record alone, and the good one must outlive the read.
        rejected.clear();
        table.followed().begin();
        take(records.tenant("acme", true));
        table.followed().caughtUp();
        assertThat(table.get("acme").getPools()).containsExactly("res");
        assertThat(rejected).hasSize(1);
    }

    @Test
    void aDeletionRemoves() {
        live();
        take(records.tenant("acme", true, "res"));
        take(records.deleted("acme"));
        assertThat(table.get("acme")).isNull();
        assertThat(rejected).isEmpty();
    }

    private ConfigTable<Tenant> table() {
        return new ConfigTable<>(
                Topics.CONFIG_TENANTS,
                ConfigTableTest::checked,
                "e1",
                rejected::add,
                SchemaDirectory.builtIn(),
                new SimpleMeterRegistry(),
                () -> Instant.ofEpochMilli(1_000));
    }

    private static Tenant checked(String key, SpecificRecord record) throws InvalidConfigException {
        if (!(record instanceof Tenant tenant)) {
            throw new IllegalArgumentException("a " + record.getSchema().getName() + " is no tenant");
        }
        if (tenant.getPools().isEmpty()) {
            throw new InvalidConfigException(List.of("pools is empty; give at least one"));
        }
        return tenant;
    }

    private void live() {
        table.followed().begin();
        table.followed().caughtUp();
    }

    private void take(RawRecord record) {
        table.followed().take(record);
    }
}
