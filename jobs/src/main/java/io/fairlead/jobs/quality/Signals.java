package io.fairlead.jobs.quality;

import io.fairlead.model.exit.ExitEvent;
import io.fairlead.model.exit.Verdict;
import io.fairlead.schemas.pools.PoolTypes;
import io.fairlead.schemas.telemetry.AttemptPhase;
import io.fairlead.schemas.telemetry.DisconnectReason;
import io.fairlead.schemas.telemetry.ExitBenchmarked;
import io.fairlead.schemas.telemetry.ExitConnected;
import io.fairlead.schemas.telemetry.ExitDisconnected;
import io.fairlead.schemas.telemetry.ExitHeartbeat;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.TargetOutcome;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.telemetry.ToldVerdict;
import java.util.Locale;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** What telemetry records say of an exit. */
final class Signals {

    /** Names longer than this are cut: state must not grow with what agents send. */
    static final int NAME_CHARS_MAX = 128;

    /** The same of an exit's objection. */
    private static final int OBJECTION_CHARS_MAX = 200;

    private static final double US_PER_MS = 1_000;

    private Signals() {}

    /**
     * The signal in a record.
     *
     * @param brokerMs when the broker took it: no event is later
     * @return null: it says nothing of an exit's quality
     */
    static @Nullable ExitSignal of(SpecificRecord record, long brokerMs) {
        if (record instanceof ProxiedAttempt attempt) {
            return attempt.getPhase() == AttemptPhase.COMPLETED
                    ? signal(attempt.getHeader(), attempt.getExitId(), ExitSignal.ATTEMPTS, event(attempt, brokerMs))
                    : null;
        }
        if (record instanceof TargetOutcome told) {
            return blocked(told)
                    ? signal(
                            told.getHeader(),
                            told.getExitId(),
                            ExitSignal.OUTCOMES,
                            new ExitEvent.ToldBlocked(atMs(told.getHeader(), brokerMs), cut(told.getTargetClass())))
                    : null;
        }
        if (record instanceof ExitHeartbeat heartbeat) {
            return signal(heartbeat.getHeader(), heartbeat.getExitId(), ExitSignal.EXITS, event(heartbeat, brokerMs));
        }
        if (record instanceof ExitBenchmarked benchmark) {
            return signal(benchmark.getHeader(), benchmark.getExitId(), ExitSignal.EXITS, event(benchmark, brokerMs));
        }
        if (record instanceof ExitConnected connected) {
            return signal(connected.getHeader(), connected.getExitId(), ExitSignal.EXITS, event(connected, brokerMs));
        }
        if (record instanceof ExitDisconnected disconnected) {
            return signal(
                    disconnected.getHeader(),
                    disconnected.getExitId(),
                    ExitSignal.EXITS,
                    event(disconnected, brokerMs));
        }
        return null;
    }

    /** A captcha is a block: nobody gets past it by asking again. */
    private static boolean blocked(TargetOutcome told) {
        return told.getVerdict() == ToldVerdict.BLOCKED || told.getVerdict() == ToldVerdict.CAPTCHA;
    }

    /** 64-bit FNV-1a of a host name in lower case. */
    static long hash(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }

    private static ExitSignal signal(TelemetryHeader header, String exitId, byte lane, ExitEvent event) {
        return new ExitSignal(
                exitId,
                cut(header.getEdgeId()),
                header.getEdgeEpochMs(),
                lane,
                header.getSequence(),
                header.getObservedAtMs(),
                event);
    }

    private static ExitEvent event(ProxiedAttempt record, long brokerMs) {
        return new ExitEvent.Attempted(
                atMs(record.getHeader(), brokerMs),
                cut(record.getTargetClass()),
                hash(record.getTargetHost()),
                verdict(record.getOutcome(), record.getLayer()),
                record.getConnectUs() / US_PER_MS,
                record.getRunningAtReservationRequests());
    }

    private static ExitEvent event(ExitBenchmarked record, long brokerMs) {
        return new ExitEvent.Benchmarked(
                atMs(record.getHeader(), brokerMs),
                cut(record.getTargetClass()),
                hash(record.getTarget()),
                verdict(record.getOutcome(), record.getLayer()),
                record.getConnectUs() / US_PER_MS,
                record.getTotalUs() / US_PER_MS);
    }

    private static ExitEvent event(ExitHeartbeat record, long brokerMs) {
        return new ExitEvent.Heartbeat(
                atMs(record.getHeader(), brokerMs),
                cut(record.getHeader().getEdgeId()),
                record.getHeader().getEdgeEpochMs(),
                cut(record.getLinkId()),
                PoolTypes.read(record.getPoolType()),
                record.getAsn(),
                record.getPingUs() / US_PER_MS,
                record.getRunningRequests(),
                record.getAgentCapacityRequests(),
                cut(record.getObjection(), OBJECTION_CHARS_MAX));
    }

    private static ExitEvent event(ExitConnected record, long brokerMs) {
        return new ExitEvent.Connected(
                atMs(record.getHeader(), brokerMs),
                cut(record.getHeader().getEdgeId()),
                record.getHeader().getEdgeEpochMs(),
                cut(record.getLinkId()),
                PoolTypes.read(record.getPoolType()),
                record.getAsn(),
                record.getDeclaredCapacityRequests());
    }

    private static ExitEvent event(ExitDisconnected record, long brokerMs) {
        DisconnectReason reason = record.getReason();
        boolean unexpected = reason == DisconnectReason.LINK_LOST
                || reason == DisconnectReason.SILENT
                || reason == DisconnectReason.PROTOCOL_ERROR;
        return new ExitEvent.Disconnected(
                atMs(record.getHeader(), brokerMs),
                cut(record.getHeader().getEdgeId()),
                record.getHeader().getEdgeEpochMs(),
                cut(record.getLinkId()),
                unexpected);
    }

    private static Verdict verdict(Outcome outcome, FaultLayer layer) {
        if (outcome == Outcome.BLOCKED) {
            return Verdict.BLOCKED;
        }
        return switch (layer) {
            case NONE -> outcome == Outcome.OK ? Verdict.CARRIED : Verdict.NOTHING;
            case EXIT -> Verdict.AT_FAULT;
            case CAPACITY -> outcome == Outcome.EXIT_BUSY ? Verdict.NOTHING : Verdict.OVERLOADED;
            case AMBIGUOUS -> Verdict.AMBIGUOUS;
            case CLIENT, EDGE, ASN, TARGET -> Verdict.NOTHING;
        };
    }

    /** An edge's clock may be late, as when it replays its spool, but never ahead of the broker's. */
    static long atMs(TelemetryHeader header, long brokerMs) {
        return Math.max(0, Math.min(header.getObservedAtMs(), brokerMs));
    }

    static String cut(String name) {
        return cut(name, NAME_CHARS_MAX);
    }

    private static String cut(String text, int chars) {
        return text.length() <= chars ? text : text.substring(0, chars);
    }
}
