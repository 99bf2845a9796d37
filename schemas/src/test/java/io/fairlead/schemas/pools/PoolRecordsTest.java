package io.fairlead.schemas.pools;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.model.PoolType;
import io.fairlead.model.pool.PoolDefinition;
import io.fairlead.model.pool.Requirement;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.Tenant;
import io.fairlead.schemas.wire.ReleasedSchemas;
import io.fairlead.schemas.wire.WireEncoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;

class PoolRecordsTest {

    /** Of a single-object encoding: marker and fingerprint. */
    private static final int HEADER_BYTES = 10;

    private static final Authorship AUTHOR = new Authorship("ada", "tried out", 7L, 1L);

    private static io.fairlead.schemas.config.PoolDefinition pool(String id) {
        return PoolRecords.write(PoolDefinition.of(id, 10), AUTHOR);
    }

    @Test
    void everyFieldSurvivesTheWayThereAndBack() {
        PoolDefinition pool = new PoolDefinition(
                "res-1",
                List.of(PoolType.RESIDENTIAL, PoolType.ISP),
                List.of("fr"),
                List.of("idf"),
                List.of("paris"),
                List.of(64510L),
                60,
                List.of("shop"),
                5,
                10,
                15,
                0.7,
                900_000,
                30,
                "acme",
                true,
                1_796_083_200_000L,
                List.of("shop.example", "news.example"),
                "res-2",
                List.of(Requirement.CITY, Requirement.QUALITY));
        io.fairlead.schemas.config.PoolDefinition record = PoolRecords.write(pool, AUTHOR);
        assertThat(PoolRecords.read(record)).isEqualTo(pool);
        assertThat(PoolRecords.violations("res-1", record)).isEmpty();
    }

    @Test
    void whatContradictsItselfIsSaidInSentences() {
        io.fairlead.schemas.config.PoolDefinition record = pool("p");
        record.setWantedMembers(1_000_000);
        record.setMaxMembers(1_000_000);
        record.setTypes(List.of("residential"));
        assertThat(PoolRecords.violations("q", record))
                .anySatisfy(sentence -> assertThat(sentence).contains("the record says p"))
                .anySatisfy(sentence -> assertThat(sentence)
                        .isEqualTo("maxMembers is 1000000 but must be between 1 and 50000; lower it to at most 50000"));
        record.setTypes(List.of("satellite"));
        assertThat(PoolRecords.violations("p", record))
                .singleElement()
                .asString()
                .startsWith("types has 'satellite' but must be of mobile");
    }

    @Test
    void whatContradictsOthersIsSaidToo() {
        io.fairlead.schemas.config.PoolDefinition dedicated = pool("dedicated");
        dedicated.setExclusive(true);
        dedicated.setOwner("acme");
        io.fairlead.schemas.config.PoolDefinition other = pool("other");
        other.setSibling("dedicated");
        assertThat(PoolRecords.conflicts(other, List.of(dedicated), List.of(), 0))
                .containsExactly(
                        "sibling is 'dedicated', which is exclusive to tenant acme and can't lend; name a shared pool");
        assertThat(PoolRecords.conflicts(dedicated, List.of(other), List.of(), 0))
                .containsExactly(
                        "owner is 'acme' but there is no such tenant; create it first",
                        "pool 'other' borrows from this one, which can't lend when it is exclusive; give it another sibling");
        other.setSibling("nowhere");
        other.setExclusive(true);
        other.setExclusiveUntilMs(5);
        assertThat(PoolRecords.conflicts(other, List.of(), List.of(), 10))
                .containsExactly(
                        "exclusiveUntilMs is 5 but must be after now; leave it out for exclusivity without end",
                        "sibling is 'nowhere' but there is no such pool; create it first");
    }

    @Test
    void whatIsExclusiveForSomeDomainsLendsForOthers() {
        io.fairlead.schemas.config.PoolDefinition lender = pool("lender");
        lender.setExclusive(true);
        lender.setExclusiveDomains(List.of("shop.example"));
        io.fairlead.schemas.config.PoolDefinition borrower = pool("borrower");
        borrower.setSibling("lender");
        assertThat(PoolRecords.conflicts(borrower, List.of(lender), List.of(), 0))
                .isEmpty();
        borrower.setExclusive(true);
        borrower.setExclusiveDomains(List.of("www.shop.example", "news.example"));
        assertThat(PoolRecords.conflicts(borrower, List.of(lender), List.of(), 0))
                .containsExactly(
                        "sibling is 'lender', which is exclusive to itself for shop.example and can't lend; name a shared pool");
        assertThat(PoolRecords.conflicts(lender, List.of(borrower), List.of(), 0))
                .containsExactly(
                        "pool 'borrower' borrows from this one, which can't lend when it is exclusive for shop.example; give it another sibling");
        assertThat(PoolRecords.notes(borrower, List.of(lender, pool("other"))))
                .containsExactly("pool 'lender' is exclusive for shop.example, too: no exit will be in both");
        assertThat(PoolRecords.notes(pool("other"), List.of(lender, borrower))).isEmpty();
    }

    @Test
    void aRecordOfBeforeIsReadAsExclusiveAsAWhole() throws Exception {
        Schema before = ReleasedSchemas.load().stream()
                .map(ReleasedSchemas.Released::schema)
                .filter(schema ->
                        schema.getFullName().equals(io.fairlead.schemas.config.PoolDefinition.class.getName()))
                .findFirst()
                .orElseThrow();
        assertThat(before.getField("exclusiveDomains"))
                .as("the copy that was released knows of no domains")
                .isNull();
        io.fairlead.schemas.config.PoolDefinition record = pool("p");
        record.setExclusive(true);
        record.setExclusiveDomains(List.of("shop.example"));
        byte[] told = WireEncoder.encode(record);
        byte[] body = Arrays.copyOfRange(told, HEADER_BYTES, told.length);
        GenericRecord old = read(body, record.getSchema(), before);
        assertThat(old.get("exclusive")).isEqualTo(true);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<GenericRecord>(before).write(old, encoder);
        encoder.flush();
        GenericRecord now = read(bytes.toByteArray(), before, record.getSchema());
        assertThat(now.get("exclusive")).isEqualTo(true);
        assertThat((List<?>) now.get("exclusiveDomains")).isEmpty();
    }

    private static GenericRecord read(byte[] body, Schema writer, Schema reader) throws IOException {
        return new GenericDatumReader<GenericRecord>(writer, reader)
                .read(null, DecoderFactory.get().binaryDecoder(body, null));
    }

    @Test
    void aPoolInUseIsNotDeleted() {
        io.fairlead.schemas.config.PoolDefinition other = pool("other");
        other.setSibling("p");
        Tenant tenant = Tenant.newBuilder()
                .setTenantId("acme")
                .setAuthorship(AUTHOR)
                .setSecretHashes(List.of())
                .setPools(List.of("p"))
                .build();
        assertThat(PoolRecords.uses("p", List.of(other), List.of(tenant)))
                .containsExactly(
                        "pool 'p' is used by tenant acme; take it out of their pools first (fairlead tenant set --pools)",
                        "pool 'other' borrows from it; give that one another sibling first (fairlead pool create other sibling=NAME)");
        assertThat(PoolRecords.uses("other", List.of(other), List.of(tenant))).isEmpty();
    }
}
