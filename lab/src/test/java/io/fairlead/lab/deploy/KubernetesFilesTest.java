package io.fairlead.lab.deploy;

import static io.fairlead.lab.deploy.DeployFiles.found;
import static io.fairlead.lab.deploy.DeployFiles.list;
import static io.fairlead.lab.deploy.DeployFiles.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import io.fairlead.cli.Fairlead;
import io.fairlead.cli.settings.LayeredSettings;
import io.fairlead.lab.host.ProjectHome;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/**
 * {@code deploy/kubernetes} against what Kubernetes and the Flink operator define, and against the commands. Kubernetes' own models
 * refuse fields that they don't know; the operator's definition is walked here.
 */
class KubernetesFilesTest {

    private interface Strict {
        void check(JsonElement json) throws IOException;
    }

    private static final Map<String, Strict> KINDS = Map.of(
            "ConfigMap", V1ConfigMap::validateJsonElement,
            "Deployment", V1Deployment::validateJsonElement,
            "Job", V1Job::validateJsonElement,
            "NetworkPolicy", V1NetworkPolicy::validateJsonElement,
            "PodDisruptionBudget", V1PodDisruptionBudget::validateJsonElement,
            "Service", V1Service::validateJsonElement,
            "StatefulSet", V1StatefulSet::validateJsonElement);

    private static final String FLINK_DEFINITION = "/META-INF/fabric8/flinkdeployments.flink.apache.org-v1.yml";

    private Path home = Path.of("");
    private Path directory = Path.of("");
    private final List<Map<String, Object>> documents = new ArrayList<>();

    @BeforeEach
    void read() throws IOException {
        home = ProjectHome.find().directory();
        directory = home.resolve("deploy/kubernetes");
        Map<String, Object> kustomization =
                DeployFiles.documents(directory.resolve("kustomization.yaml")).get(0);
        for (Object file : list(kustomization.get("resources"))) {
            documents.addAll(DeployFiles.documents(directory.resolve(file.toString())));
        }
    }

    @Test
    void everyFileIsNamed() throws IOException {
        Map<String, Object> kustomization =
                DeployFiles.documents(directory.resolve("kustomization.yaml")).get(0);
        try (var files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(file -> !file.equals("kustomization.yaml")))
                    .containsExactlyInAnyOrderElementsOf(list(kustomization.get("resources")).stream()
                            .map(String::valueOf)
                            .toList());
        }
    }

    @Test
    void kubernetesKnowsEveryField() throws IOException {
        for (Map<String, Object> document : documents) {
            if (!document.get("kind").equals("FlinkDeployment")) {
                Strict kind = Objects.requireNonNull(KINDS.get(document.get("kind")), document.get("kind")::toString);
                kind.check(new Gson().toJsonTree(document));
            }
        }
    }

    @Test
    void aFieldThatIsNotThereIsRefused() {
        Map<String, Object> wrong = Map.of("apiVersion", "v1", "kind", "Service", "spec", Map.of("prots", List.of()));
        assertThatThrownBy(() -> V1Service.validateJsonElement(new Gson().toJsonTree(wrong)))
                .hasMessageContaining("prots");
    }

    @Test
    void theFlinkOperatorKnowsEveryField() throws IOException {
        Map<String, Object> schema = flinkDefinition();
        for (Map<String, Object> document : documents) {
            if (document.get("kind").equals("FlinkDeployment")) {
                List<String> wrong = new ArrayList<>();
                compare("", document, schema, wrong);
                // The newest definition that can be had by name is older than this Flink.
                assertThat(wrong).containsExactly(".spec.flinkVersion: v2_3");
            }
        }
        List<String> wrong = new ArrayList<>();
        compare("", Map.of("spec", Map.of("jbo", 1, "image", 2)), schema, wrong);
        assertThat(wrong).containsExactlyInAnyOrder(".spec.jbo: no such field", ".spec.image: 2");
    }

    @Test
    void jobsAreThoseOfTheJar() throws ClassNotFoundException {
        Set<String> named = new HashSet<>();
        for (Map<String, Object> document : documents) {
            if (document.get("kind").equals("FlinkDeployment")) {
                Map<String, Object> job = map(map(document.get("spec")).get("job"));
                Class<?> entry = Class.forName(
                        job.get("entryClass").toString(), false, getClass().getClassLoader());
                String name = entry.getPackageName().replaceFirst(".*\\.", "");
                assertThat(map(document.get("metadata")).get("name")).isEqualTo("fairlead-" + name);
                named.add(name);
            }
        }
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said, true);
        Fairlead.execute(Map.of(), out, out, "jobs", "submit", "nothing", "--jar", "no.jar");
        assertThat(said.toString().strip()).startsWith("fairlead: There is no job nothing; jobs are: ");
        assertThat(named)
                .containsExactlyInAnyOrder(said.toString()
                        .strip()
                        .replaceFirst(".*jobs are: (.*)\\.", "$1")
                        .split(", "));
    }

    @Test
    void commandsAndSettingsAreThoseOfFairlead() {
        int commands = 0;
        for (Map<String, Object> container : containers()) {
            String[] words = list(container.get("args")).stream()
                    .map(word ->
                            word.toString().replace("$(POD_NAME)", "edge-0").replace("$(POD_IP)", "192.0.2.1"))
                    .toArray(String[]::new);
            assertThat(Fairlead.commandLine().parseArgs(words).hasSubcommand())
                    .as("%s", container.get("name"))
                    .isTrue();
            commands++;
        }
        assertThat(commands).isEqualTo(7);
        Map<String, String> environment = new LinkedHashMap<>();
        documents.stream()
                .filter(document -> document.get("kind").equals("ConfigMap"))
                .filter(document -> map(document.get("metadata")).get("name").equals("fairlead"))
                .forEach(document ->
                        map(document.get("data")).forEach((key, value) -> environment.put(key, value.toString())));
        assertThat(environment).isNotEmpty();
        LayeredSettings.of(Fairlead.commandLine(), environment, "topics", "apply");
    }

    @Test
    void imagesAreThoseOfTheBuild() throws IOException {
        String version = found(Files.readString(home.resolve("pom.xml")), "version");
        Set<Object> images = new HashSet<>();
        containers().forEach(container -> images.add(container.get("image")));
        documents.stream()
                .filter(document -> document.get("kind").equals("FlinkDeployment"))
                .forEach(document -> images.add(map(document.get("spec")).get("image")));
        assertThat(images).containsExactlyInAnyOrder("fairlead:" + version, "fairlead-jobs:" + version);
    }

    @Test
    void nothingRunsAsRootOrMayBecomeIt() {
        for (Map<String, Object> container : containers()) {
            Map<String, Object> security = map(container.get("securityContext"));
            assertThat(security)
                    .containsEntry("allowPrivilegeEscalation", false)
                    .containsEntry("readOnlyRootFilesystem", true);
        }
    }

    private List<Map<String, Object>> containers() {
        List<Map<String, Object>> containers = new ArrayList<>();
        for (Map<String, Object> document : documents) {
            Map<String, Object> pod =
                    map(map(map(document.get("spec")).get("template")).get("spec"));
            list(pod.get("initContainers")).forEach(each -> containers.add(map(each)));
            list(pod.get("containers")).forEach(each -> containers.add(map(each)));
        }
        return containers;
    }

    private static Map<String, Object> flinkDefinition() throws IOException {
        try (InputStream file = KubernetesFilesTest.class.getResourceAsStream(FLINK_DEFINITION)) {
            Map<String, Object> definition = new Yaml().load(Objects.requireNonNull(file, FLINK_DEFINITION));
            Map<String, Object> version =
                    map(list(map(definition.get("spec")).get("versions")).get(0));
            return map(map(version.get("schema")).get("openAPIV3Schema"));
        }
    }

    /** Fields that a schema does not have, and values that it does not allow. */
    private static void compare(String path, Object value, Map<String, Object> schema, List<String> wrong) {
        boolean allowed = Boolean.TRUE.equals(schema.get("x-kubernetes-int-or-string"))
                || switch (String.valueOf(schema.get("type"))) {
                    case "string" -> value instanceof String;
                    case "integer" -> value instanceof Integer;
                    case "number" -> value instanceof Number;
                    case "boolean" -> value instanceof Boolean;
                    case "array" -> value instanceof List;
                    default -> true;
                };
        if (!allowed || (schema.get("enum") instanceof List<?> values && !values.contains(value))) {
            wrong.add(path + ": " + value);
        } else if (value instanceof List<?> items) {
            items.forEach(item -> compare(path + "[]", item, map(schema.get("items")), wrong));
        } else if (value instanceof Map && schema.get("properties") != null) {
            map(value).forEach((name, field) -> {
                Map<String, Object> known = map(map(schema.get("properties")).get(name));
                boolean top = path.isEmpty()
                        && List.of("apiVersion", "kind", "metadata").contains(name);
                if (known.isEmpty() && !top) {
                    wrong.add(path + "." + name + ": no such field");
                } else if (!top) {
                    compare(path + "." + name, field, known, wrong);
                }
            });
        }
    }
}
