package io.fairlead.lab.host;

import io.fairlead.cli.flink.FlinkRest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A standalone Flink cluster as its own scripts would start it: two job managers of which one stands by, two task managers, and the ZooKeeper by which they
 * agree who leads, each in a process of its own on the loopback interface.
 */
public final class FlinkCluster implements AutoCloseable {

    public static final int TASK_MANAGERS = 2;
    public static final int SLOTS = 4;

    private static final long START_LIMIT_MS = 180_000;

    private final Path data;
    private final StockProcess zooKeeper;
    private final List<StockProcess> jobManagers = new ArrayList<>();
    private final List<URI> rests = new ArrayList<>();
    private final List<StockProcess> taskManagers = new ArrayList<>();
    private int leader;

    /** Starts all; the first job manager leads. */
    public FlinkCluster(Path data) throws IOException, InterruptedException {
        this.data = Files.createDirectories(data);
        List<Integer> ports = KafkaCluster.freePorts(5);
        int quorum = ports.get(0);
        Path zoo = Files.createDirectories(data.resolve("zookeeper"));
        Path settings = Files.writeString(
                zoo.resolve("zoo.cfg"),
                "tickTime=1000\ndataDir=" + zoo.resolve("data") + "\nclientPort=" + quorum
                        + "\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\n");
        this.zooKeeper = new StockProcess(
                "ZooKeeper",
                "flink",
                List.of(
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.ZooKeeperServerMain",
                        settings.toString()),
                zoo);
        zooKeeper.start();
        for (int i = 0; i < 2; i++) {
            int rest = ports.get(1 + i);
            rests.add(URI.create("http://127.0.0.1:" + rest));
            jobManagers.add(member(
                    "job manager " + (i + 1),
                    List.of("-Xmx512m", "-XX:MaxMetaspaceSize=256m"),
                    "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
                    "rest.port: " + rest + "\nhigh-availability.jobmanager.port: " + ports.get(3 + i) + "\n"
                            + common(quorum)));
        }
        jobManagers.get(0).start();
        await(cluster -> true, "job manager 1");
        jobManagers.get(1).start();
        for (int i = 0; i < TASK_MANAGERS; i++) {
            StockProcess one = member(
                    "task manager " + (i + 1),
                    List.of("-Xmx640m", "-XX:MaxMetaspaceSize=320m", "-XX:MaxDirectMemorySize=512m"),
                    "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
                    memory() + common(quorum));
            taskManagers.add(one);
            one.start();
        }
        await(cluster -> cluster.taskManagers() == TASK_MANAGERS, "the task managers");
    }

    /** Of the job manager that leads; a new one each time, as the one before may be dead. */
    public FlinkRest rest() {
        return new FlinkRest(rests.get(leader));
    }

    /** The other takes over. */
    public void killLeader() {
        jobManagers.get(leader).kill();
        leader = 1 - leader;
    }

    /** It stands by from then on. */
    public void restartFormerLeader() throws IOException {
        jobManagers.get(1 - leader).start();
    }

    /** @param number counted from 1 */
    public void killTaskManager(int number) {
        taskManagers.get(number - 1).kill();
    }

    public void restartTaskManager(int number) throws IOException, InterruptedException {
        taskManagers.get(number - 1).start();
        await(cluster -> cluster.taskManagers() == TASK_MANAGERS, "task manager " + number);
    }

    private StockProcess member(String title, List<String> flags, String mainClass, String config) throws IOException {
        Path directory = Files.createDirectories(data.resolve(title.replace(' ', '-')));
        Files.writeString(
                directory.resolve("config.yaml"),
                config + "io.tmp.dirs: " + directory + "\nweb.upload.dir: " + data.resolve("upload") + "\n");
        List<String> arguments = Stream.of(
                        flags.stream(),
                        FlinkProcess.openings().stream(),
                        Stream.of(
                                "-XX:+UseSerialGC",
                                "-Dlog.file=" + directory.resolve("flink.log"),
                                mainClass,
                                "--configDir",
                                directory.toString()))
                .flatMap(each -> each)
                .toList();
        return new StockProcess(title, "flink", arguments, directory);
    }

    private String common(int quorum) {
        return String.join(
                "\n",
                "rest.address: 127.0.0.1",
                "rest.bind-address: 127.0.0.1",
                "jobmanager.rpc.address: 127.0.0.1",
                "jobmanager.bind-host: 127.0.0.1",
                "jobmanager.memory.process.size: 1024m",
                "taskmanager.host: 127.0.0.1",
                "taskmanager.bind-host: 127.0.0.1",
                "taskmanager.numberOfTaskSlots: " + SLOTS,
                "high-availability.type: zookeeper",
                "high-availability.zookeeper.quorum: 127.0.0.1:" + quorum,
                "high-availability.zookeeper.client.session-timeout: 5000",
                "high-availability.cluster-id: /fairlead",
                "high-availability.storageDir: " + data.resolve("ha").toUri(),
                "execution.checkpointing.dir: " + data.resolve("checkpoints").toUri(),
                "execution.checkpointing.externalized-checkpoint-retention: RETAIN_ON_CANCELLATION",
                "pipeline.generic-types: false",
                "heartbeat.interval: 1000",
                "heartbeat.timeout: 6000",
                "pekko.ask.timeout: 30 s",
                "web.timeout: 60000",
                "restart-strategy.type: fixed-delay",
                "restart-strategy.fixed-delay.attempts: 100",
                "restart-strategy.fixed-delay.delay: 1 s",
                "");
    }

    /** As the scripts compute it, for 640 MiB of heap. */
    private static String memory() {
        return """
                taskmanager.cpu.cores: 1.0
                taskmanager.memory.framework.heap.size: 128m
                taskmanager.memory.framework.off-heap.size: 128m
                taskmanager.memory.task.heap.size: 512m
                taskmanager.memory.task.off-heap.size: 128m
                taskmanager.memory.network.min: 128m
                taskmanager.memory.network.max: 128m
                taskmanager.memory.managed.size: 64m
                taskmanager.memory.jvm-metaspace.size: 320m
                taskmanager.memory.jvm-overhead.min: 192m
                taskmanager.memory.jvm-overhead.max: 192m
                """;
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds(io.fairlead.cli.flink.FlinkCluster cluster);
    }

    private void await(Condition condition, String whom) throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_LIMIT_MS);
        while (true) {
            try {
                if (condition.holds(rest().cluster())) {
                    return;
                }
            } catch (IOException notYet) {
                // It answers when it leads.
                if (System.nanoTime() > deadlineNs) {
                    throw notYet;
                }
            }
            if (System.nanoTime() > deadlineNs) {
                throw new HostFailure(whom + " did not come within " + START_LIMIT_MS / 1_000 + " s; see " + data);
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    @Override
    public void close() {
        Stream.of(taskManagers.stream(), jobManagers.stream(), Stream.of(zooKeeper))
                .flatMap(each -> each)
                .forEach(StockProcess::kill);
    }
}
