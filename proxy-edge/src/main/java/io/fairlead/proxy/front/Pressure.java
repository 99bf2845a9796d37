package io.fairlead.proxy.front;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How near the edge is to its end, in steps. Goes up as soon as something is full enough, and down when all has become emptier by
 * {@link PressureSettings#easeBy}, so that it does not go to and fro. Looked at by one thread; asked from any.
 */
final class Pressure {

    /** What is done about it; each step does what those before it do. */
    enum Step {
        CALM(0),
        NO_KEEP_ALIVE(1),
        NO_ACCEPT(2),
        RESET(3);

        private final int level;

        Step(int level) {
            this.level = level;
        }
    }

    /**
     * Something that can become full.
     *
     * @param fill 0–1 of its limit
     */
    record Part(String name, DoubleSupplier fill) {}

    private static final Logger LOG = LoggerFactory.getLogger(Pressure.class);

    private final PressureSettings settings;
    private final List<Part> parts;
    private volatile Step step = Step.CALM;
    private volatile String fullest = "";

    Pressure(PressureSettings settings, List<Part> parts) {
        this.settings = settings;
        this.parts = parts;
    }

    Step step() {
        return step;
    }

    boolean atLeast(Step wanted) {
        return step.compareTo(wanted) >= 0;
    }

    /** Looks again. */
    Step look() {
        double most = 0;
        String name = "";
        for (Part part : parts) {
            double fill = part.fill().getAsDouble();
            if (fill > most) {
                most = fill;
                name = part.name();
            }
        }
        Step now = next(step, most);
        fullest = String.format(Locale.ROOT, "%s %.0f %% full", name, 100 * most);
        if (now != step) {
            LOG.warn("Pressure: {}, {}; it was {}.", fullest, said(now), said(step));
            step = now;
        }
        return now;
    }

    private Step next(Step present, double fill) {
        Step up = at(fill);
        if (up.compareTo(present) >= 0) {
            return up;
        }
        Step down = at(fill + settings.easeBy());
        return down.compareTo(present) < 0 ? down : present;
    }

    private Step at(double fill) {
        if (fill >= settings.resetAt()) {
            return Step.RESET;
        }
        if (fill >= settings.noAcceptAt()) {
            return Step.NO_ACCEPT;
        }
        return fill >= settings.noKeepAliveAt() ? Step.NO_KEEP_ALIVE : Step.CALM;
    }

    /** What is wrong, in a sentence; empty: nothing. */
    String complaint() {
        Step present = step;
        return present == Step.CALM ? "" : fullest + ": " + said(present);
    }

    private static String said(Step step) {
        return switch (step) {
            case CALM -> "nothing is shed";
            case NO_KEEP_ALIVE -> "connections are closed after their request";
            case NO_ACCEPT -> "no connections are accepted";
            case RESET -> "the costliest connections are reset";
        };
    }

    void bindTo(MeterRegistry registry) {
        Gauge.builder("fairlead.front.pressure", this, self -> self.step.level)
                .description("0 calm, 1 no keep-alive, 2 no connections accepted, 3 the costliest are reset")
                .register(registry);
        for (Part part : parts) {
            Gauge.builder("fairlead.front.pressure.fill", part, each -> each.fill()
                            .getAsDouble())
                    .description("How full it is, of its limit")
                    .tag("of", part.name())
                    .register(registry);
        }
    }
}
