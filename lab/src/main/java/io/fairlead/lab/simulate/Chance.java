package io.fairlead.lab.simulate;

import java.util.SplittableRandom;

/**
 * Streams of chance. Each part of the world and each request has one of its own, made of the seed and its name, so that all policies meet the
 * same world and the same requests.
 */
public final class Chance {

    private final SplittableRandom random;

    public Chance(long seed, long part, long number) {
        long mixed = seed * 0x9E3779B97F4A7C15L + part * 0xBF58476D1CE4E5B9L + number * 0x94D049BB133111EBL;
        random = new SplittableRandom(mixed ^ (mixed >>> 29));
    }

    public double share() {
        return random.nextDouble();
    }

    public boolean happens(double probability) {
        return random.nextDouble() < probability;
    }

    public int below(int bound) {
        return random.nextInt(bound);
    }

    public double between(double least, double most) {
        return least + (most - least) * random.nextDouble();
    }

    public double exponential(double mean) {
        return -mean * Math.log1p(-random.nextDouble());
    }

    /** Spread is the standard deviation of the logarithm. */
    public double lognormal(double median, double spread) {
        return median * Math.exp(spread * random.nextGaussian());
    }

    public SplittableRandom random() {
        return random;
    }
}
