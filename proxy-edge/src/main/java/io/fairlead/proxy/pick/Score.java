package io.fairlead.proxy.pick;

import io.fairlead.schemas.decisions.ClassScore;
import io.fairlead.schemas.decisions.ExitScore;
import java.util.List;
import java.util.function.UnaryOperator;

/** What is kept of a decision about an exit. Immutable. */
final class Score {

    final long jobEpoch;
    final long counter;

    /** 0 to 100, over all classes. */
    final float quality;

    /** Some input was never measured. */
    final boolean lowConfidence;

    /** Cmax; 0: not told. */
    final int capacityRequests;

    private final String[] classes;
    private final float[] qualities;

    /** @param names gives equal names as one and the same string: millions of scores share a few */
    Score(ExitScore told, UnaryOperator<String> names) {
        jobEpoch = told.getVersion().getJobEpoch();
        counter = told.getVersion().getCounter();
        quality = points(told.getQuality());
        lowConfidence = told.getLowConfidence();
        capacityRequests = Math.max(0, told.getCapacityRequests());
        List<ClassScore> each = told.getClasses();
        classes = new String[each.size()];
        qualities = new float[classes.length];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = names.apply(each.get(i).getTargetClass());
            qualities[i] = points(each.get(i).getQuality());
        }
    }

    private static float points(double quality) {
        return quality >= 0 ? (float) Math.min(100, quality) : 0;
    }

    boolean isBefore(ExitScore other) {
        long epoch = other.getVersion().getJobEpoch();
        return jobEpoch != epoch
                ? jobEpoch < epoch
                : counter < other.getVersion().getCounter();
    }

    int classCount() {
        return classes.length;
    }

    String className(int index) {
        return classes[index];
    }

    /** For a class of targets; for one it does not tell of, the quality over all. */
    float quality(String targetClass) {
        for (int i = 0; i < classes.length; i++) {
            if (classes[i].equals(targetClass)) {
                return qualities[i];
            }
        }
        return quality;
    }
}
