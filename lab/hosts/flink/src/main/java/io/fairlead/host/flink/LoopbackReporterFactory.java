package io.fairlead.host.flink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/** Made by Flink by its name, with {@code metrics.reporter.prom.port}. */
public final class LoopbackReporterFactory implements MetricReporterFactory {

    @Override
    public MetricReporter createMetricReporter(Properties properties) {
        String port = properties.getProperty("port", "9249");
        try {
            return new LoopbackReporter(Integer.parseInt(port));
        } catch (IOException e) {
            throw new UncheckedIOException("Metrics can't be served on port " + port, e);
        }
    }
}
