package io.fairlead.jobs.quality;

import io.fairlead.jobs.quality.ReplayResult.Difference;
import io.fairlead.jobs.quality.ReplayResult.Standing;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireReader;
import java.io.DataOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Holds decisions under the policies in force against those under a new one, at the end of each step of event time, and writes what it
 * found to a file. Opens the gate for the next step.
 */
@SuppressWarnings("NullAway.Init") // Flink calls open before anything else
final class ReplayComparison extends AbstractStreamOperator<Long>
        implements TwoInputStreamOperator<RawRecord, RawRecord, Long> {

    private static final long serialVersionUID = 1L;
    private static final double WORTH_POINTS = QualityPolicy.defaults().tellPoints();

    private final String resultFile;
    private final long fromMs;

    private transient WireReader reader;
    private transient Map<String, Standing> before;
    private transient Map<String, Standing> after;
    private transient Map<String, Difference> greatest;
    private transient Set<String> differing;
    private transient Set<String> rated;
    private transient long decisionsBefore;
    private transient long decisionsAfter;
    private transient long looked;
    private transient long looksDiffering;
    private transient double sumBefore;
    private transient double sumAfter;
    private transient long untilMs;

    /** @param fromMs event time from which is compared: what comes before only brings state about */
    ReplayComparison(String resultFile, long fromMs) {
        this.resultFile = resultFile;
        this.fromMs = fromMs;
    }

    @Override
    public void open() throws Exception {
        super.open();
        reader = new WireReader(SchemaDirectory.builtIn());
        before = new HashMap<>();
        after = new HashMap<>();
        greatest = new HashMap<>();
        differing = new HashSet<>();
        rated = new HashSet<>();
    }

    @Override
    public void processElement1(StreamRecord<RawRecord> element) throws UnreadableRecordException {
        decisionsBefore += take(element.getValue(), before) ? 1 : 0;
    }

    @Override
    public void processElement2(StreamRecord<RawRecord> element) throws UnreadableRecordException {
        decisionsAfter += take(element.getValue(), after) ? 1 : 0;
    }

    private boolean take(RawRecord told, Map<String, Standing> standing) throws UnreadableRecordException {
        byte[] key = told.key();
        if (!told.topic().equals(Topics.DECISIONS_EXITS.name()) || key == null) {
            return false;
        }
        String exitId = new String(key, StandardCharsets.UTF_8);
        byte[] value = told.value();
        if (value == null) {
            standing.remove(exitId);
            return false;
        }
        ExitScore score = (ExitScore) reader.read(value);
        standing.put(
                exitId,
                new Standing(
                        score.getState().name(), score.getQuality(), score.getCapacityRequests(), score.getReasons()));
        return untilMs >= fromMs;
    }

    /** Called when both sides have got there. */
    @Override
    public void processWatermark(Watermark mark) throws Exception {
        if (mark.getTimestamp() < Long.MAX_VALUE) { // at the end all time goes by: nothing of that was recorded
            untilMs = mark.getTimestamp();
            if (untilMs >= fromMs) {
                compare();
            }
            ReplayGate.of(resultFile).pass(untilMs);
        }
        super.processWatermark(mark);
    }

    private void compare() {
        Set<String> all = new HashSet<>(before.keySet());
        all.addAll(after.keySet());
        rated.addAll(all);
        for (String exitId : all) {
            Standing was = before.getOrDefault(exitId, Standing.NONE);
            Standing is = after.getOrDefault(exitId, Standing.NONE);
            looked++;
            sumBefore += was.quality();
            sumAfter += is.quality();
            boolean differs = Math.abs(is.quality() - was.quality()) >= WORTH_POINTS
                    || !is.state().equals(was.state())
                    || is.capacityRequests() != was.capacityRequests();
            if (differs) {
                looksDiffering++;
                differing.add(exitId);
                Difference difference = new Difference(exitId, untilMs, was, is);
                greatest.merge(exitId, difference, (a, b) -> Math.abs(b.points()) > Math.abs(a.points()) ? b : a);
            }
        }
    }

    @Override
    public void finish() throws Exception {
        ReplayResult result = new ReplayResult(
                fromMs,
                untilMs,
                rated.size(),
                differing.size(),
                decisionsBefore,
                decisionsAfter,
                looked,
                looksDiffering,
                looked == 0 ? 0 : sumBefore / looked,
                looked == 0 ? 0 : sumAfter / looked,
                greatest.values().stream()
                        .sorted(Comparator.comparingDouble((Difference each) -> -Math.abs(each.points()))
                                .thenComparing(Difference::exitId))
                        .limit(ReplayResult.MAX_TOLD)
                        .toList());
        try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(Path.of(resultFile)))) {
            result.write(out);
        }
        ReplayGate.forget(resultFile);
        super.finish();
    }
}
