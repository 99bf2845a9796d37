package io.fairlead.lab.host;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A process that starts all hosts, says which they are and where, and then waits to be killed. */
final class HostsOwner {
    private HostsOwner() {}

    public static void main(String[] args) throws Exception {
        List<Host> hosts = start(Path.of(args[0]));
        System.out.println(String.join(
                " ", hosts.stream().map(host -> Long.toString(host.pid())).toList()));
        System.out.println(String.join(" ", addresses(hosts)));
        Thread.currentThread().join();
    }

    static List<Host> start(Path data) throws IOException {
        return List.of(
                KafkaProcess.start(data.resolve("kafka"), KafkaProcess.Options.defaults()),
                ClickHouseProcess.start(data.resolve("clickhouse"), ClickHouseProcess.Options.defaults()),
                FlinkProcess.start(data.resolve("flink"), FlinkProcess.Options.defaults()));
    }

    static List<String> addresses(List<Host> hosts) {
        return hosts.stream()
                .map(host -> switch (host.process().title()) {
                    case "Kafka" -> ((KafkaProcess) host).bootstrap();
                    case "Flink" -> ((FlinkProcess) host).restUrl().toString();
                    default -> ((ClickHouseProcess) host).url().toString();
                })
                .toList();
    }
}
