package io.fairlead.proxy.supernode;

import io.fairlead.proxy.attempt.RequestTelemetry;
import io.fairlead.proxy.exit.ExitEvents;
import io.fairlead.proxy.exit.ExitTelemetry;
import io.fairlead.proxy.exit.ObservedLocations;
import io.fairlead.proxy.link.LinkAdmission;
import io.fairlead.proxy.pick.ExitChooser;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What a supernode stands on.
 *
 * @param chooser chooses exits; usually also among the listeners
 * @param exitListeners told of exits coming and going, before any request may choose them
 * @param requestTelemetry where records of requests go
 * @param exitTelemetry where records of exits go
 * @param admission which exits may link
 * @param locations where exits' addresses are
 * @param linkTls as {@link io.fairlead.proxy.link.LinkTls#forEdge}
 * @param benchmarkTls for https targets of benchmarks
 * @param nanoClock as {@link System#nanoTime}
 * @param random safe for use by several threads
 */
public record SupernodePorts(
        ExitChooser chooser,
        List<ExitEvents> exitListeners,
        RequestTelemetry requestTelemetry,
        ExitTelemetry exitTelemetry,
        LinkAdmission admission,
        ObservedLocations locations,
        SslContext linkTls,
        SslContext benchmarkTls,
        LongSupplier nanoClock,
        RandomGenerator random) {

    public SupernodePorts {
        exitListeners = List.copyOf(exitListeners);
    }
}
