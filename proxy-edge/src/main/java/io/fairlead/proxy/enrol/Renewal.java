package io.fairlead.proxy.enrol;

import io.fairlead.proxy.link.LinkTls;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an agent's certificate fresh: asks for the next one at a third of its life (or when the issuer said) ± 10 %, so that
 * a fleet that was enrolled at once does not come back at once. A failure is tried again after a pause with full jitter, from
 * a minute up to an hour, and at the latest when half of what is left has gone by. The present certificate stays in use.
 * One thread of its own.
 */
public final class Renewal implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Renewal.class);
    private static final double SHARE = 1.0 / 3;
    private static final double JITTER_SHARE = 0.1;
    private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

    private final Path directory;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Consumer<AgentIdentity> renewed;
    private final ScheduledExecutorService thread;
    private AgentIdentity present;
    private int failures;

    private Renewal(
            AgentIdentity present,
            Path directory,
            InstantSource clock,
            RandomGenerator random,
            Consumer<AgentIdentity> renewed) {
        this.present = present;
        this.directory = directory;
        this.clock = clock;
        this.random = random;
        this.renewed = renewed;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = new Thread(task, "agent-renewal");
            made.setDaemon(true);
            return made;
        });
    }

    /**
     * Starts.
     *
     * @param directory where the agent's identity is, and the next one will be
     * @param renewed given each new identity
     */
    public static Renewal start(
            AgentIdentity present,
            Path directory,
            InstantSource clock,
            RandomGenerator random,
            Consumer<AgentIdentity> renewed) {
        Renewal renewal = new Renewal(present, directory, clock, random, renewed);
        X509Certificate leaf = present.chain().get(0);
        Instant issued = LinkTls.issuedAt(leaf);
        Duration life = Duration.between(issued, leaf.getNotAfter().toInstant());
        renewal.later(renewal.untilRenewal(issued, Duration.ofMillis((long) (life.toMillis() * SHARE))));
        return renewal;
    }

    private void renew() {
        try {
            IssuerClient.Granted granted = IssuerClient.renew(present, directory);
            failures = 0;
            present = granted.identity();
            X509Certificate leaf = present.chain().get(0);
            LOG.info(
                    "exit {} has a new certificate, valid until {}",
                    present.exitId(),
                    leaf.getNotAfter().toInstant());
            later(untilRenewal(LinkTls.issuedAt(leaf), granted.renewAfter()));
            renewed.accept(present);
        } catch (RefusedException e) {
            LOG.error("exit {} gets no new certificate: {}", present.exitId(), e.getMessage());
            failed();
        } catch (IOException | RuntimeException e) {
            LOG.warn("the issuer {} can't renew exit {} now: {}", present.issuer(), present.exitId(), e.toString());
            failed();
        }
    }

    private void failed() {
        long ceilingMs = Math.min(LONGEST_PAUSE.toMillis(), FIRST_PAUSE.toMillis() << Math.min(failures, 20));
        failures++;
        Duration left = Duration.between(
                clock.instant(), present.chain().get(0).getNotAfter().toInstant());
        long pauseMs = 1 + random.nextLong(ceilingMs);
        long hurryMs = Math.max(SHORTEST_PAUSE.toMillis(), left.toMillis() / 2);
        later(Duration.ofMillis(Math.min(pauseMs, hurryMs)));
    }

    private Duration untilRenewal(Instant issued, Duration age) {
        double factor = 1 + JITTER_SHARE * (2 * random.nextDouble() - 1);
        return Duration.between(clock.instant(), issued.plusMillis((long) (age.toMillis() * factor)));
    }

    private void later(Duration pause) {
        thread.schedule(this::renew, Math.max(SHORTEST_PAUSE.toMillis(), pause.toMillis()), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
