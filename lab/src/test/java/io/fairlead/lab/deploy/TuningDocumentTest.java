package io.fairlead.lab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.lab.host.ProjectHome;
import io.fairlead.model.policy.Scope;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.policies.PolicyRecords;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code docs/tuning.md} names every field of every policy with the default that counts. */
class TuningDocumentTest {

    /** Said once, above the tables. */
    private static final Set<String> OF_ALL = Set.of("scope", "authorship", "effectiveAtMs");

    static List<String> kinds() {
        return PolicyRecords.kinds();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyFieldIsThereWithItsDefault(String kind) throws Exception {
        SpecificRecord defaults = PolicyRecords.write(
                PolicyRecords.defaults(kind, Scope.GLOBAL), new Authorship("the test", "to read it", 0L, 1L));
        Map<String, String> rows = rows(kind);
        for (Schema.Field field : defaults.getSchema().getFields()) {
            if (!OF_ALL.contains(field.name())) {
                assertThat(rows).as(kind).containsEntry(field.name(), said(defaults.get(field.pos())));
            }
        }
        assertThat(rows).hasSize(defaults.getSchema().getFields().size() - OF_ALL.size());
    }

    private static Map<String, String> rows(String kind) throws Exception {
        String text = Files.readString(ProjectHome.find().directory().resolve("docs/tuning.md"));
        int begin = text.indexOf("\n## " + kind + "\n");
        assertThat(begin).as("a part for " + kind).isPositive();
        int end = text.indexOf("\n## ", begin + 1);
        return Arrays.stream(
                        text.substring(begin, end < 0 ? text.length() : end).split("\n"))
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("\\|", -1))
                .collect(Collectors.toMap(cells -> cells[1].replace("`", "").strip(), cells -> cells[2].strip()));
    }

    private static String said(Object value) {
        if (value instanceof List<?> list) {
            return list.isEmpty() ? "none" : list.stream().map(String::valueOf).collect(Collectors.joining(", "));
        }
        if (value instanceof Number number) {
            double exact = number.doubleValue();
            return exact == Math.rint(exact) ? grouped(number.longValue()) : String.valueOf(exact);
        }
        return String.valueOf(value);
    }

    /** Groups of three, as numbers are written here. */
    private static String grouped(long value) {
        return value < 1_000 ? Long.toString(value) : "%,d".formatted(value).replace(',', ' ');
    }
}
