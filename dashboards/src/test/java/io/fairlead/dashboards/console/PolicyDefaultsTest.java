package io.fairlead.dashboards.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fairlead.schemas.policies.PolicyRecords;
import org.junit.jupiter.api.Test;

class PolicyDefaultsTest {

    @Test
    void everyKindHasThemForEveryScopeThatThereIs() throws Exception {
        for (String kind : PolicyRecords.kinds()) {
            assertThat(new ObjectMapper().readTree(PolicyDefaults.json(kind + "/default")))
                    .as(kind)
                    .hasSizeGreaterThan(2);
        }
        assertThat(new ObjectMapper()
                        .readTree(PolicyDefaults.json("quality/type:mobile"))
                        .get("psiMs")
                        .asDouble())
                .isPositive();
    }

    @Test
    void whatIsNoPolicyHasNone() {
        assertThat(PolicyDefaults.json("quality")).isEmpty();
        assertThat(PolicyDefaults.json("wishes/default")).isEmpty();
        assertThat(PolicyDefaults.json("quality/planet:mars")).isEmpty();
        assertThat(PolicyDefaults.json("canary/quality/default")).isEmpty();
    }
}
