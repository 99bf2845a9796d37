package io.fairlead.lab.names;

import java.util.random.RandomGenerator;

/**
 * How a resolver chooses among the name servers of a zone, by what round trips it remembers; after Yu et al. (CCR 2012) and Müller et al. (IMC 2017), who found that about 60 % of
 * resolvers prefer near ones and the others ask all alike.
 */
enum ResolverModel {
    /** BIND 9: the least remembered one; what is not asked seems nearer with each question, until it is tried. */
    LEAST_AND_FORGETTING(0.28) {
        @Override
        int choose(double[] rememberedMs, RandomGenerator random) {
            int least = least(rememberedMs);
            for (int i = 0; i < rememberedMs.length; i++) {
                rememberedMs[i] *= i == least ? 1 : BIND_FORGETS;
            }
            return least;
        }
    },

    /** Knot Resolver: the least, but for one question in twenty. */
    LEAST_AND_TRYING(0.20) {
        @Override
        int choose(double[] rememberedMs, RandomGenerator random) {
            return random.nextDouble() < TRIES ? random.nextInt(rememberedMs.length) : least(rememberedMs);
        }
    },

    /** Weighted by nearness, as PowerDNS and forwarders with races come out. */
    WEIGHTED(0.12) {
        @Override
        int choose(double[] rememberedMs, RandomGenerator random) {
            double sum = 0;
            for (double ms : rememberedMs) {
                sum += Math.exp(-ms / WEIGHT_MS);
            }
            double at = sum * random.nextDouble();
            for (int i = 0; i < rememberedMs.length; i++) {
                at -= Math.exp(-rememberedMs[i] / WEIGHT_MS);
                if (at <= 0) {
                    return i;
                }
            }
            return least(rememberedMs);
        }
    },

    /** Unbound: any that is within 400 ms of the least. */
    ANY_OF_A_BAND(0.25) {
        @Override
        int choose(double[] rememberedMs, RandomGenerator random) {
            double most = rememberedMs[least(rememberedMs)] + BAND_MS;
            int chosen = random.nextInt(rememberedMs.length);
            while (rememberedMs[chosen] > most) {
                chosen = random.nextInt(rememberedMs.length);
            }
            return chosen;
        }
    },

    /** Windows, dnsmasq and the like in a row: all alike. */
    ALL_ALIKE(0.15) {
        @Override
        int choose(double[] rememberedMs, RandomGenerator random) {
            return random.nextInt(rememberedMs.length);
        }
    };

    private static final double BIND_FORGETS = 0.98;
    private static final double TRIES = 0.05;
    private static final double WEIGHT_MS = 30;
    private static final double BAND_MS = 400;

    private final double share;

    ResolverModel(double share) {
        this.share = share;
    }

    /**
     * Chooses.
     *
     * @param rememberedMs round trips as the resolver remembers them; changed, where it forgets
     */
    abstract int choose(double[] rememberedMs, RandomGenerator random);

    /** Whether near name servers are asked more. */
    boolean prefersNear() {
        return this != ANY_OF_A_BAND && this != ALL_ALIKE;
    }

    /** One by its share of all resolvers. */
    static ResolverModel any(RandomGenerator random) {
        double at = random.nextDouble();
        for (ResolverModel each : values()) {
            at -= each.share;
            if (at <= 0) {
                return each;
            }
        }
        return ALL_ALIKE;
    }

    private static int least(double[] ms) {
        int least = 0;
        for (int i = 1; i < ms.length; i++) {
            least = ms[i] < ms[least] ? i : least;
        }
        return least;
    }
}
