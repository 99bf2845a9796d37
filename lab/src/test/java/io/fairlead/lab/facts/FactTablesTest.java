package io.fairlead.lab.facts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.query.QuerySettings;
import com.clickhouse.data.ClickHouseFormat;
import io.fairlead.dashboards.query.ClickHouseSource;
import io.fairlead.dashboards.query.MapHistory;
import io.fairlead.dashboards.query.RecordedTelemetry;
import io.fairlead.dashboards.schema.ClickHouseMigrations;
import io.fairlead.jobs.facts.FactColumn;
import io.fairlead.jobs.facts.FactTable;
import io.fairlead.jobs.facts.FactTables;
import io.fairlead.jobs.facts.RowBinary;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.lab.host.ClickHouseProcess;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.GroupChoice;
import io.fairlead.schemas.decisions.GroupPrice;
import io.fairlead.schemas.decisions.GroupState;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapEvidence;
import io.fairlead.schemas.decisions.MapRegret;
import io.fairlead.schemas.decisions.MapState;
import io.fairlead.schemas.decisions.RollOutState;
import io.fairlead.schemas.telemetry.AttemptPhase;
import io.fairlead.schemas.telemetry.ExitBenchmarked;
import io.fairlead.schemas.telemetry.ExitConnected;
import io.fairlead.schemas.telemetry.ExitDisconnected;
import io.fairlead.schemas.telemetry.ExitHeartbeat;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.TargetOutcome;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.wire.Contract;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written as RowBinary is what the engine has, for every record class and for values at their ends. */
@Tag("loop")
class FactTablesTest {

    private static final long BROKER_TIME_MS = 1_800_000_000_000L;
    private static final String EVERY_KIND_OF_CHARACTER = "ä€𝄞\0\n\t'\\\"" + "x".repeat(300);

    @TempDir
    static Path directory;

    static ClickHouseProcess engine;
    static Client client;

    @BeforeAll
    static void start() throws Exception {
        engine = ClickHouseProcess.start(directory.resolve("clickhouse"), ClickHouseProcess.Options.defaults());
        ClickHouseMigrations.apply(engine.url().toString(), engine.user(), engine.password());
        client = new Client.Builder()
                .addEndpoint(engine.url().toString())
                .setUsername(engine.user())
                .setPassword(engine.password())
                .setDefaultDatabase("fairlead")
                .build();
    }

    @AfterAll
    static void stop() {
        client.close();
        engine.close();
    }

    static Stream<FactTable<?>> tables() {
        return FactTables.all().stream();
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("tables")
    void everyValueComesBackAsItWasWritten(FactTable<?> table) throws Exception {
        List<byte[]> rows = new ArrayList<>();
        for (Ends ends : Ends.values()) {
            RawRecord origin = new RawRecord("fairlead.t" + ends, 3, Long.MAX_VALUE, BROKER_TIME_MS, null, null);
            RowBinary row = new RowBinary();
            row.clear();
            table.write(ends.record(Contract.schema(table.record().asSubclass(SpecificRecord.class))), origin, row);
            rows.add(row.toBytes());
        }
        List<String> columns = table.columns().stream().map(FactColumn::name).toList();
        for (byte[] row : rows) {
            client.insert(table.name(), columns, new ByteArrayInputStream(row), ClickHouseFormat.RowBinary)
                    .get()
                    .close();
        }
        String back = "SELECT " + String.join(", ", columns) + " FROM " + table.name() + " FORMAT RowBinary";
        try (var response = client.query(back, new QuerySettings().setFormat(ClickHouseFormat.RowBinary))
                .get()) {
            byte[] all = response.getInputStream().readAllBytes();
            assertThat(split(all, rows)).containsExactlyInAnyOrderElementsOf(rows);
        }
    }

    @Test
    void whatIsKeptOfTelemetryComesBackAsTheRecordsThatItWasMadeOf() throws Exception {
        long atMs = BROKER_TIME_MS + 3_600_000; // what is older than the tables keep would be gone
        List<SpecificRecord> told = new ArrayList<>();
        for (FactTable<?> table : FactTables.all()) {
            Schema schema = Contract.schema(table.record().asSubclass(SpecificRecord.class));
            boolean kept = Set.of(
                            ExitConnected.class,
                            ExitDisconnected.class,
                            ExitHeartbeat.class,
                            ExitBenchmarked.class,
                            ProxiedAttempt.class,
                            TargetOutcome.class)
                    .contains(table.record());
            if (kept) {
                SpecificRecord record = (SpecificRecord) Ends.HIGHEST.record(schema);
                record.put(0, new TelemetryHeader("edge-1", 5L, 2, (long) told.size(), atMs));
                if (record instanceof ProxiedAttempt attempt) {
                    attempt.setPhase(AttemptPhase.COMPLETED);
                }
                told.add(record);
                RowBinary row = new RowBinary();
                row.clear();
                table.write(record, new RawRecord("fairlead.t", 2, 0, atMs + told.size(), null, null), row);
                client.insert(
                                table.name(),
                                table.columns().stream().map(FactColumn::name).toList(),
                                new ByteArrayInputStream(row.toBytes()),
                                ClickHouseFormat.RowBinary)
                        .get()
                        .close();
            }
        }
        try (ClickHouseSource source = new ClickHouseSource(
                engine.url().toString(), engine.user(), engine.password(), 1, Duration.ofSeconds(30))) {
            RecordedTelemetry telemetry = new RecordedTelemetry(source);
            assertThat(telemetry.between(atMs, atMs + 60_000))
                    .extracting(RecordedTelemetry.Recorded::record)
                    .isEqualTo(told);
            assertThat(telemetry.between(atMs + 60_000, atMs + 120_000)).isEmpty();
            assertThat(telemetry.policies(atMs)).isEmpty();
        } finally {
            for (FactTable<?> table : FactTables.all()) { // others ask for all that is in a table
                client.execute("TRUNCATE TABLE fairlead." + table.name()).get().close();
            }
        }
    }

    @Test
    void whatTheMapWasIsAskedOfTheTablesThatItWasWrittenTo() throws Exception {
        long atMs = BROKER_TIME_MS + 7_200_000;
        for (long epoch = 1; epoch <= 2; epoch++) {
            MapState state = (MapState) Ends.EMPTY.record(Contract.schema(MapState.class));
            state.setVersion(new DecisionVersion(1L, 10 * epoch));
            state.setIssuedAtMs(atMs + 1_000 * epoch);
            state.setMapEpoch(epoch);
            state.setMovedShare(0.01 * epoch);
            state.setServed(new MapRegret(7L, 2.5, 0.1, 9.0));
            write(MapState.class, state);
            state.setVersion(new DecisionVersion(1L, 10 * epoch + 1));
            state.setRollOut(RollOutState.DONE);
            write(MapState.class, state); // the next stage
            GroupPrice price = (GroupPrice) Ends.EMPTY.record(Contract.schema(GroupPrice.class));
            price.setGroupId("fra");
            price.setVersion(new DecisionVersion(1L, 10 * epoch + 2));
            price.setIssuedAtMs(atMs + 1_000 * epoch);
            price.setPriceMs((double) epoch);
            price.setState(GroupState.SHEDDING);
            write(GroupPrice.class, price);
            MapEntry entry = (MapEntry) Ends.EMPTY.record(Contract.schema(MapEntry.class));
            entry.setPrefix("192.0.2.0/24");
            entry.setVersion(new DecisionVersion(1L, 10 * epoch + 3));
            entry.setIssuedAtMs(atMs + 1_000 * epoch);
            entry.setMapEpoch(epoch);
            entry.setChoices(List.of(
                    new GroupChoice("fra", 1.0, 12.0, 1.0, MapEvidence.POPULARITY),
                    new GroupChoice("ams", 0.0, 15.0, 1.0, MapEvidence.DEFAULT)));
            write(MapEntry.class, entry);
        }
        try (ClickHouseSource source = new ClickHouseSource(
                engine.url().toString(), engine.user(), engine.password(), 1, Duration.ofSeconds(30))) {
            MapHistory history = new MapHistory(source);
            assertThat(history.epochs(atMs))
                    .extracting(
                            MapHistory.Epoch::mapEpoch,
                            MapHistory.Epoch::movedShare,
                            MapHistory.Epoch::samples,
                            MapHistory.Epoch::rollOut)
                    .containsExactly(tuple(1L, 0.01, 7L, "DONE"), tuple(2L, 0.02, 7L, "DONE"));
            assertThat(history.prices(atMs, 1))
                    .extracting(MapHistory.Price::group, MapHistory.Price::priceMs, MapHistory.Price::state)
                    .containsExactly(tuple("fra", 1.0, "SHEDDING"), tuple("fra", 2.0, "SHEDDING"));
            assertThat(history.changes("192.0.2.0/24", atMs))
                    .extracting(MapHistory.Change::mapEpoch, MapHistory.Change::served)
                    .containsExactly(
                            tuple(2L, List.of(new MapHistory.Served("fra", 1.0, 12.0, "POPULARITY"))),
                            tuple(1L, List.of(new MapHistory.Served("fra", 1.0, 12.0, "POPULARITY"))));
            assertThat(history.changes("192.0.3.0/24", atMs)).isEmpty();
        } finally {
            for (String each : List.of("map_states", "map_prices", "map_entries")) { // others ask for all that is there
                client.execute("TRUNCATE TABLE fairlead." + each).get().close();
            }
        }
    }

    private static void write(Class<?> type, SpecificRecord record) throws Exception {
        FactTable<?> table = FactTables.all().stream()
                .filter(each -> each.record() == type)
                .findFirst()
                .orElseThrow();
        RowBinary row = new RowBinary();
        row.clear();
        table.write(record, new RawRecord("fairlead.t", 0, 0, BROKER_TIME_MS + 7_200_000, null, null), row);
        client.insert(
                        table.name(),
                        table.columns().stream().map(FactColumn::name).toList(),
                        new ByteArrayInputStream(row.toBytes()),
                        ClickHouseFormat.RowBinary)
                .get()
                .close();
    }

    /** Cuts what came back at whichever row it begins with: rows come in the order of the table's key. */
    private static List<byte[]> split(byte[] all, List<byte[]> rows) {
        List<byte[]> found = new ArrayList<>();
        int at = 0;
        while (at < all.length) {
            int from = at;
            byte[] next = rows.stream()
                    .filter(row ->
                            Arrays.equals(row, 0, row.length, all, from, Math.min(all.length, from + row.length)))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("At byte " + from + " of " + all.length
                            + " begins a row that was never written: "
                            + HexFormat.of().formatHex(all, from, Math.min(all.length, from + 200))));
            found.add(next);
            at += next.length;
        }
        return found;
    }

    /** Which end of their range all values have. */
    private enum Ends {
        LOWEST,
        HIGHEST,
        EMPTY;

        IndexedRecord record(Schema schema) {
            return (IndexedRecord) value(schema, "");
        }

        private Object value(Schema schema, String field) {
            return switch (schema.getType()) {
                case RECORD -> {
                    IndexedRecord record = (IndexedRecord) SpecificData.get().newRecord(null, schema);
                    schema.getFields().forEach(f -> record.put(f.pos(), value(f.schema(), f.name())));
                    yield record;
                }
                case ENUM -> {
                    List<String> symbols = schema.getEnumSymbols();
                    String symbol = symbols.get(this == HIGHEST ? symbols.size() - 1 : 0);
                    yield SpecificData.get().createEnum(symbol, schema);
                }
                case STRING -> this == EMPTY ? "" : this == LOWEST ? "a" : EVERY_KIND_OF_CHARACTER;
                case BYTES -> ByteBuffer.wrap(this == HIGHEST ? bytes(70_000) : new byte[0]);
                case INT -> this == LOWEST ? Integer.MIN_VALUE : this == HIGHEST ? Integer.MAX_VALUE : 0;
                case LONG ->
                    time(field)
                            ? BROKER_TIME_MS
                            : this == LOWEST ? Long.MIN_VALUE : this == HIGHEST ? Long.MAX_VALUE : 0L;
                case DOUBLE ->
                    this == LOWEST ? Double.NEGATIVE_INFINITY : this == HIGHEST ? Double.MIN_VALUE : Double.NaN;
                case BOOLEAN -> this == HIGHEST;
                case ARRAY ->
                    this == EMPTY
                            ? List.of()
                            : List.of(value(schema.getElementType(), field), value(schema.getElementType(), field));
                case MAP ->
                    this == EMPTY ? Map.of() : new LinkedHashMap<>(Map.of("k", value(schema.getValueType(), field)));
                default -> throw new AssertionError("The contract has no " + schema.getType());
            };
        }

        /** Extreme times are the business of the test of bounds: a table's key must stay a day that ClickHouse has. */
        private static boolean time(String field) {
            return field.endsWith("AtMs") || field.equals("brokerTimeMs");
        }

        private static byte[] bytes(int length) {
            byte[] bytes = new byte[length];
            for (int i = 0; i < length; i++) {
                bytes[i] = (byte) i;
            }
            return bytes;
        }
    }
}
