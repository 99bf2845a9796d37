package io.fairlead.dist;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is handed out stands under licences that let users do as they like; the bill of materials says which. */
class LicencesTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** One of these is enough where a library offers several. Bouncy Castle's is the MIT licence under a name of its own. */
    private static final Set<String> ALLOWED = Set.of(
            "Apache-2.0", "MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "CC0-1.0", "Bouncy Castle Licence");

    @Test
    void everyLibraryOfTheJarsMayBeHandedOn() throws IOException {
        JsonNode components =
                JSON.readTree(Path.of("target/sbom.json").toFile()).get("components");
        List<String> others = new ArrayList<>();
        int libraries = 0;
        for (JsonNode component : components) {
            if (!component.path("group").asText().equals("io.fairlead")) {
                libraries++;
                if (licences(component).stream().noneMatch(ALLOWED::contains)) {
                    others.add(component.get("purl").asText() + " " + licences(component));
                }
            }
        }
        assertThat(others).isEmpty();
        assertThat(libraries).isGreaterThan(50);
    }

    /** Those of the console's pages, which are built into its jar. */
    @Test
    void everyLibraryOfThePagesMayBeHandedOn() throws IOException {
        Path web = Path.of("../dashboards/web");
        Iterator<String> names = JSON.readTree(web.resolve("package.json").toFile())
                .get("dependencies")
                .fieldNames();
        assertThat(names.hasNext()).isTrue();
        while (names.hasNext()) {
            Path library = web.resolve("node_modules").resolve(names.next()).resolve("package.json");
            assertThat(library).exists();
            assertThat(ALLOWED)
                    .as(library.toString())
                    .contains(JSON.readTree(Files.readString(library))
                            .path("license")
                            .asText());
        }
    }

    private static List<String> licences(JsonNode component) {
        List<String> licences = new ArrayList<>();
        component.path("licenses").forEach(each -> {
            JsonNode licence = each.path("license");
            licences.add(licence.path(licence.has("id") ? "id" : "name").asText());
        });
        return licences;
    }
}
