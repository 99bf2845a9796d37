package io.fairlead.lab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fairlead.dashboards.schema.ClickHouseMigrations;
import io.fairlead.lab.host.ClickHouseProcess;
import io.fairlead.lab.host.ProjectHome;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Grafana would ask is asked of the real engine, with the plug-in's macro written out. */
@Tag("loop")
class GrafanaDashboardTest {

    @Test
    void everyPanelAsksWhatTheTablesCanAnswer(@TempDir Path directory) throws Exception {
        JsonNode panels = new ObjectMapper()
                .readTree(ProjectHome.find()
                        .directory()
                        .resolve("deploy/grafana/dashboards/proxy.json")
                        .toFile())
                .get("panels");
        assertThat(panels.size()).isGreaterThan(3);
        try (ClickHouseProcess engine = ClickHouseProcess.start(directory, ClickHouseProcess.Options.defaults())) {
            ClickHouseMigrations.apply(engine.url().toString(), engine.user(), engine.password());
            try (Connection connection = DriverManager.getConnection(
                            engine.jdbcUrl("fairlead"), engine.reader(), engine.readerPassword());
                    Statement statement = connection.createStatement()) {
                for (JsonNode panel : panels) {
                    String sql = panel.get("targets").get(0).get("rawSql").asText();
                    String written = sql.replaceAll("\\$__timeFilter\\((\\w+)\\)", "$1 > now() - 3600");
                    assertThat(written).doesNotContain("$__");
                    try (ResultSet answer = statement.executeQuery(written)) {
                        assertThat(answer.getMetaData().getColumnCount())
                                .as(panel.get("title").asText())
                                .isGreaterThan(1);
                    }
                }
            }
        }
    }
}
