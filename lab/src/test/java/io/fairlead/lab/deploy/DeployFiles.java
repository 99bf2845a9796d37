package io.fairlead.lab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.Yaml;

/** Reads what a deployment is made of. */
final class DeployFiles {

    private DeployFiles() {}

    /** The documents of a YAML file. */
    static List<Map<String, Object>> documents(Path file) throws IOException {
        List<Map<String, Object>> documents = new ArrayList<>();
        new Yaml().loadAll(Files.readString(file)).forEach(document -> documents.add(map(document)));
        return documents;
    }

    /** What an element of a pom says. */
    static String found(String pom, String element) {
        Matcher value = Pattern.compile("<" + element + ">([^<]+)</").matcher(pom);
        assertThat(value.find()).as(element).isTrue();
        return value.group(1);
    }

    @SuppressWarnings("unchecked") // as YAML is read
    static Map<String, Object> map(Object value) {
        return value == null ? Map.of() : (Map<String, Object>) value;
    }

    static List<?> list(Object value) {
        return value == null ? List.of() : value instanceof List<?> many ? many : List.of(value);
    }
}
