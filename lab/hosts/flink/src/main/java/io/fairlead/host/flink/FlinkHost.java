package io.fairlead.host.flink;

import java.io.PrintStream;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Flink session cluster in one JVM: job manager, one task manager, REST interface with web pages and jar submission, metrics
 * for Prometheus. Its class path is that of a stock cluster: neither Kafka nor Avro is on it, a job brings its own.
 *
 * <p>Settings are system properties, see {@link ClusterConfig#fromProperties()}. Prints {@code READY {"rest":…,"metrics":…}}
 * when jobs may be submitted. Ends in order on SIGTERM and at the end of standard input; its jobs end with it, and go on from
 * their last checkpoint when they are submitted again from that, with a newer jar if there is one.
 */
public final class FlinkHost {
    private static final Logger LOG = LoggerFactory.getLogger(FlinkHost.class);
    private static final long CALL_LIMIT_SECONDS = 30;
    private static final long REGISTRATION_CHECK_MS = 20;
    private static final long CHECK_INTERVAL_MS = 1_000;
    /** A task manager takes a moment to register; only one that stays away is replaced. */
    private static final int CHECKS_UNTIL_REPLACED = 5;

    private final MiniCluster cluster;
    private volatile boolean stopping;

    private FlinkHost(MiniCluster cluster) {
        this.cluster = cluster;
    }

    @SuppressWarnings("SystemExitOutsideMain")
    public static void main(String[] args) {
        PrintStream parent = System.out;
        System.setOut(System.err);
        ParentWatch.start();
        ClusterConfig settings = ClusterConfig.fromProperties();
        try {
            FlinkHost host = new FlinkHost(new MiniCluster(new MiniClusterConfiguration.Builder()
                    .setConfiguration(settings.configuration())
                    .setNumTaskManagers(1)
                    .setNumSlotsPerTaskManager(settings.slots())
                    .build()));
            host.run(settings, parent);
        } catch (Exception | Error failure) {
            LOG.error("Flink can't run", failure);
            System.err.println("Flink can't run with data in " + settings.data() + ": " + failure);
        }
        System.exit(1);
    }

    /** Comes back only if the cluster ends by itself. */
    private void run(ClusterConfig settings, PrintStream parent) throws Exception {
        cluster.start();
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
        while (taskManagers() == 0) {
            TimeUnit.MILLISECONDS.sleep(REGISTRATION_CHECK_MS);
        }
        parent.printf(
                "READY {\"rest\":\"http://127.0.0.1:%d\",\"metrics\":\"http://127.0.0.1:%d/metrics\"}%n",
                settings.restPort(), settings.metricsPort());
        parent.flush();
        try {
            keepTaskManager();
        } catch (IllegalStateException closed) {
            if (!stopping) {
                throw closed;
            }
        }
        if (!stopping) {
            System.err.println("The cluster ended by itself; flink.log in " + settings.data() + " says why.");
        }
    }

    /**
     * Replaces a task manager that has ended, as the supervisor of a real one would: some errors of a job, such as a transaction
     * that the broker has timed out, end the whole task manager.
     */
    private void keepTaskManager() throws Exception {
        int checksWithout = 0;
        while (!stopping && cluster.isRunning()) {
            TimeUnit.MILLISECONDS.sleep(CHECK_INTERVAL_MS);
            checksWithout = taskManagers() == 0 ? checksWithout + 1 : 0;
            if (checksWithout == CHECKS_UNTIL_REPLACED) {
                LOG.warn("No task manager for {} s: starting another", CHECKS_UNTIL_REPLACED);
                cluster.startTaskManager();
                checksWithout = 0;
            }
        }
    }

    private int taskManagers() throws InterruptedException, ExecutionException, TimeoutException {
        return cluster.requestClusterOverview()
                .get(CALL_LIMIT_SECONDS, TimeUnit.SECONDS)
                .getNumTaskManagersConnected();
    }

    private void stop() {
        stopping = true;
        try {
            cluster.closeAsync().get(CALL_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            LOG.warn("No orderly end", failure);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }
}
