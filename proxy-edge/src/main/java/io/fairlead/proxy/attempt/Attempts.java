package io.fairlead.proxy.attempt;

import io.fairlead.proxy.accesslog.AccessLog;
import io.fairlead.proxy.exit.ExitTunnels;
import io.fairlead.proxy.feedback.RecentRequests;
import io.fairlead.proxy.pick.ExitChooser;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** What all requests of an edge share. Thread-safe. */
public final class Attempts {

    private static final String DIGEST = "HmacSHA256";
    private static final int DIGEST_BYTES = 16;

    private final AttemptSettings settings;
    private final ExitChooser chooser;
    private final ExitTunnels tunnels;
    private final RequestTelemetry telemetry;
    private final TargetClasses classes;
    private final RetryBudget budget;
    private final LongSupplier nanoClock;
    private final AttemptCounters counters = new AttemptCounters();
    private final SecretKeySpec hostKey;
    private final RecentRequests recent;
    private volatile @Nullable AccessLog accessLog;
    private final AtomicLong ids = new AtomicLong();

    /**
     * @param chooser takes a slot of an exit for each try
     * @param tunnels the only way out: there is no direct one
     * @param hostKey key of the digests of host names; the same on all edges whose telemetry is to be compared
     */
    public Attempts(
            AttemptSettings settings,
            ExitChooser chooser,
            ExitTunnels tunnels,
            RequestTelemetry telemetry,
            TargetClasses classes,
            byte[] hostKey,
            LongSupplier nanoClock,
            RandomGenerator random) {
        this.settings = settings;
        this.chooser = chooser;
        this.tunnels = tunnels;
        this.telemetry = telemetry;
        this.classes = classes;
        this.budget = new RetryBudget(settings.retryShare(), settings.retriesPerSecond(), nanoClock);
        this.nanoClock = nanoClock;
        this.hostKey = new SecretKeySpec(hostKey, DIGEST);
        this.recent = new RecentRequests(
                Long.toString(random.nextLong(1L << 40, 1L << 41), 36) + "-", settings.rememberedRequests());
    }

    /**
     * Begins the life of a request.
     *
     * @param loop the user's event loop, on which all but what {@link TunnelUser} says happens
     */
    public RequestLife begin(RequestTerms terms, EventLoop loop) {
        counters.begun();
        budget.request();
        String id = recent.id(ids.incrementAndGet());
        return new RequestLife(this, id, terms, classes.of(terms.target().host()), loop);
    }

    public AttemptCounters counters() {
        return counters;
    }

    public LongSupplier nanoClock() {
        return nanoClock;
    }

    public AttemptSettings settings() {
        return settings;
    }

    ExitChooser chooser() {
        return chooser;
    }

    ExitTunnels tunnels() {
        return tunnels;
    }

    /** From now on each request that ends is logged there, too. */
    public void logTo(AccessLog log) {
        accessLog = log;
    }

    void log(InetAddress client, String method, ProxiedRequest record) {
        AccessLog log = accessLog;
        if (log != null) {
            log.ended(Instant.now(), client, method, record);
        }
    }

    /** Those that customers may tell of. */
    public RecentRequests recent() {
        return recent;
    }

    public RequestTelemetry telemetry() {
        return telemetry;
    }

    RetryBudget budget() {
        return budget;
    }

    /** The host as telemetry names it. */
    String told(String host) {
        if (!settings.hashHosts()) {
            return host;
        }
        try {
            Mac mac = Mac.getInstance(DIGEST);
            mac.init(hostKey);
            byte[] digest = mac.doFinal(host.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, DIGEST_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no " + DIGEST, e);
        }
    }
}
