package io.fairlead.cli.clickhouse;

import picocli.CommandLine.Option;

/** Options of every command that speaks to ClickHouse. */
public final class ClickHouseOptions {

    @Option(
            names = "--clickhouse",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8123",
            description = "ClickHouse server, http://HOST:PORT or a JDBC URL (default: ${DEFAULT-VALUE}).")
    private String url = "http://127.0.0.1:8123";

    @Option(
            names = "--clickhouse-user",
            paramLabel = "NAME",
            defaultValue = "fairlead",
            description = "User (default: ${DEFAULT-VALUE}).")
    private String user = "fairlead";

    @Option(
            names = "--clickhouse-password",
            paramLabel = "SECRET",
            defaultValue = "",
            description = "Password; better given as FAIRLEAD_CLICKHOUSE_PASSWORD than on the command line.")
    private String password = "";

    public String url() {
        return url;
    }

    public String user() {
        return user;
    }

    public String password() {
        return password;
    }
}
