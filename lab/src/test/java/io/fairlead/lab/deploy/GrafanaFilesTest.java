package io.fairlead.lab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.dashboards.grafana.Alert;
import io.fairlead.dashboards.grafana.Alerts;
import io.fairlead.dashboards.grafana.Board;
import io.fairlead.dashboards.grafana.Boards;
import io.fairlead.dashboards.grafana.GrafanaFiles;
import io.fairlead.lab.host.ProjectHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GrafanaFilesTest {

    @Test
    void theFilesInDeployAreThoseThatTheCommandWrites() throws IOException {
        Path deploy = ProjectHome.find().directory().resolve("deploy/grafana");
        Map<String, String> files = new GrafanaFiles("clickhouse").all();
        for (Map.Entry<String, String> file : files.entrySet()) {
            assertThat(deploy.resolve(file.getKey()))
                    .as("renew them with: ./fairlead grafana export deploy/grafana")
                    .content()
                    .isEqualTo(file.getValue());
        }
        try (Stream<Path> there = Files.list(deploy.resolve("dashboards"))) {
            assertThat(there.map(file -> "dashboards/" + file.getFileName()).filter(name -> name.endsWith(".json")))
                    .isSubsetOf(files.keySet());
        }
    }

    @Test
    void everyPanelSaysWhatItShowsInWhichUnitAndWhatToThinkOfIt() {
        Set<String> uids = new HashSet<>();
        for (Board board : Boards.all()) {
            assertThat(uids.add(board.uid())).as(board.uid()).isTrue();
            assertThat(board.description()).as(board.uid()).endsWith(".");
            assertThat(board.panels()).as(board.uid()).hasSizeGreaterThan(5).allSatisfy(panel -> {
                assertThat(panel.title()).isNotBlank();
                assertThat(panel.description()).endsWith(".");
                assertThat(panel.unit()).isNotBlank();
            });
        }
    }

    @Test
    void everyAlertHasARunbook() throws IOException {
        String operations = Files.readString(ProjectHome.find().directory().resolve("docs/operations.md"));
        Set<String> uids = new HashSet<>();
        for (Alert alert : Alerts.all()) {
            assertThat(uids.add(alert.uid())).as(alert.uid()).isTrue();
            assertThat(alert.severity()).isIn("page", "ticket");
            assertThat(operations.toLowerCase(Locale.ROOT)).contains("\n### " + alert.uid() + "\n");
        }
    }
}
