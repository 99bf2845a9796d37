package io.fairlead.nameserver.server;

import io.fairlead.nameserver.sign.SigningCounters;
import io.fairlead.nameserver.wire.Rcode;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What a name server does; counted on any thread. */
public final class NameServerCounters {

    /** Why a packet was left without an answer. */
    public enum Dropped {
        /** An answer, or too short for a header. */
        NO_QUESTION,
        /** Its source is no address of a host. */
        NO_SOURCE,
        /** Over the rate that its network may ask at. */
        RATE,
        /** Something threw: a defect, told in the log. */
        FAULT
    }

    /** Why a TCP connection was ended. */
    public enum Ended {
        /** Too many in all. */
        FULL,
        /** Too many of its address. */
        FULL_FOR_SOURCE,
        /** It was silent too long, or took its answers too slowly. */
        IDLE,
        /** What it sent was no length and message. */
        MALFORMED
    }

    final LongAdder udpQuestions = new LongAdder();
    final LongAdder tcpQuestions = new LongAdder();
    final LongAdder truncated = new LongAdder();
    final LongAdder slipped = new LongAdder();
    final LongAdder proven = new LongAdder();
    final LongAdder mapped = new LongAdder();
    final LongAdder unsteered = new LongAdder();
    final SigningCounters signing = new SigningCounters();
    final AtomicInteger tcpClients = new AtomicInteger();
    private final Map<Rcode, LongAdder> answers = adders(Rcode.class);
    private final Map<Dropped, LongAdder> dropped = adders(Dropped.class);
    private final Map<Ended, LongAdder> ended = adders(Ended.class);

    private static <E extends Enum<E>> Map<E, LongAdder> adders(Class<E> of) {
        Map<E, LongAdder> adders = new EnumMap<>(of);
        for (E each : of.getEnumConstants()) {
            adders.put(each, new LongAdder());
        }
        return adders;
    }

    private static <E extends Enum<E>> LongAdder of(Map<E, LongAdder> adders, E one) {
        return Objects.requireNonNull(adders.get(one));
    }

    void answered(Rcode rcode) {
        of(answers, rcode).increment();
    }

    void count(Dropped why) {
        of(dropped, why).increment();
    }

    void count(Ended why) {
        of(ended, why).increment();
    }

    /** Answers with that code. */
    public long answers(Rcode rcode) {
        return of(answers, rcode).sum();
    }

    /** Packets left without an answer for that reason. */
    public long dropped(Dropped why) {
        return of(dropped, why).sum();
    }

    /** Connections ended for that reason. */
    public long ended(Ended why) {
        return of(ended, why).sum();
    }

    /** Questions over UDP and TCP, unreadable ones included. */
    public long questions() {
        return udpQuestions.sum() + tcpQuestions.sum();
    }

    /** Answers that were empty and truncated since their network asks at more than its rate. */
    public long slipped() {
        return slipped.sum();
    }

    /** Answers that did not fit. */
    public long truncated() {
        return truncated.sum();
    }

    /** TCP connections that are open. */
    public int tcpClients() {
        return tcpClients.get();
    }

    /** Shows them as meters {@code fairlead.dns.*}. */
    public void bindTo(MeterRegistry registry) {
        counter(registry, "fairlead.dns.questions", udpQuestions, "Questions", "transport", "udp");
        counter(registry, "fairlead.dns.questions", tcpQuestions, "Questions", "transport", "tcp");
        counter(registry, "fairlead.dns.truncated", truncated, "Answers that did not fit into a datagram", "", "");
        counter(registry, "fairlead.dns.slipped", slipped, "Answers truncated as their network asks too much", "", "");
        counter(registry, "fairlead.dns.proven", proven, "Questions whose source was proven by TCP or cookie", "", "");
        counter(registry, "fairlead.dns.mapped", mapped, "Answers from the map", "", "");
        counter(
                registry,
                "fairlead.dns.unsteered",
                unsteered,
                "Mapped names asked for while no group was known",
                "",
                "");
        counter(registry, "fairlead.dns.signatures", signing.made, "Signatures", "source", "made");
        counter(registry, "fairlead.dns.signatures", signing.remembered, "Signatures", "source", "remembered");
        counter(
                registry,
                "fairlead.dns.unsigned",
                signing.refused,
                "Answers that could not be signed, as too many new signatures were wanted",
                "",
                "");
        for (Rcode rcode : Rcode.values()) {
            counter(registry, "fairlead.dns.answers", of(answers, rcode), "Answers", "rcode", rcode.name());
        }
        for (Dropped why : Dropped.values()) {
            counter(registry, "fairlead.dns.dropped", of(dropped, why), "Packets without answer", "reason", lower(why));
        }
        for (Ended why : Ended.values()) {
            counter(registry, "fairlead.dns.tcp.ended", of(ended, why), "TCP connections ended", "reason", lower(why));
        }
        Gauge.builder("fairlead.dns.tcp.clients", tcpClients, AtomicInteger::get)
                .description("TCP connections that are open")
                .register(registry);
    }

    private static String lower(Enum<?> one) {
        return one.name().toLowerCase(Locale.ROOT);
    }

    private static void counter(
            MeterRegistry registry, String name, LongAdder adder, String description, String tag, String value) {
        FunctionCounter.Builder<LongAdder> builder =
                FunctionCounter.builder(name, adder, LongAdder::sum).description(description);
        if (!tag.isEmpty()) {
            builder.tag(tag, value);
        }
        builder.register(registry);
    }
}
