package io.fairlead.relay;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** A certificate of a relay edge, as health and metrics see it: connections that are up go on when it has ended, but none comes up any more. */
public interface RelayCertificate extends AutoCloseable {

    /** From when on it is said that it ends. */
    Duration SOON = Duration.ofHours(6);

    /** Whom it is shown to. */
    enum Use {
        /** The other end of the long link. */
        LINK("of the long link", "no long link comes up"),
        /** Viewers who speak TLS. */
        VIEWERS("for viewers", "no viewer who speaks TLS gets in");

        private final String words;
        private final String consequence;

        Use(String words, String consequence) {
            this.words = words;
            this.consequence = consequence;
        }

        /** As metrics have it. */
        String tag() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** What stands behind "the certificate". */
        String words() {
            return words;
        }
    }

    Use use();

    /** How people know it, such as its file. */
    String name();

    /** When it is valid no more. */
    Instant ends();

    /** What is to be done when it ends, as the end of a sentence. */
    String remedy();

    /** Why what was written in its place is not in use; empty: it is. */
    String problem();

    /** How often another was taken. */
    long taken();

    /** How often another could not be used. */
    long refused();

    /** Follows its files no more. */
    @Override
    void close();

    /** What is wrong with it now, in sentences; empty: nothing. */
    default List<String> complaints(InstantSource clock) {
        List<String> complaints = new ArrayList<>();
        Instant now = clock.instant();
        if (!problem().isEmpty()) {
            complaints.add("the new certificate " + use().words + " is not taken: " + problem());
        }
        if (!now.isBefore(ends().minus(SOON))) {
            complaints.add("the certificate " + name() + (now.isBefore(ends()) ? " ends at " : " has ended at ")
                    + ends() + "; " + use().consequence + " after that. Issue a new one" + remedy());
        }
        return complaints;
    }

    /** Shows how long it is valid (s; negative when it has ended), and what became of others that were written. */
    default void bindTo(MeterRegistry registry, InstantSource clock) {
        Gauge.builder("fairlead.relay.certificate.left", this, each ->
                        (double) Duration.between(clock.instant(), each.ends()).toSeconds())
                .tag("use", use().tag())
                .description("Until the certificate ends")
                .baseUnit("seconds")
                .register(registry);
        written(registry, "taken", RelayCertificate::taken);
        written(registry, "refused", RelayCertificate::refused);
    }

    private void written(MeterRegistry registry, String reason, ToDoubleFunction<RelayCertificate> count) {
        FunctionCounter.builder("fairlead.relay.certificates", this, count)
                .tag("use", use().tag())
                .tag("reason", reason)
                .description("Certificates that were written while the edge ran")
                .register(registry);
    }
}
