package io.fairlead.model.pool;

/**
 * Health of a pool. Members that are offline or may not serve count 0 until they are replaced, so that what was foreseen can be held against what came.
 *
 * @param now mean of {@code q}; 0 of an empty pool
 * @param foreseen mean of {@code q · v} at the pool's horizon
 * @param expected members to be expected then: sum of {@code v}
 * @param online members that are online
 * @param members all
 */
public record Health(double now, double foreseen, double expected, int online, int members) {

    /** Of a pool without members. */
    public static final Health EMPTY = new Health(0, 0, 0, 0, 0);

    static Health of(Iterable<Member> members, PoolDefinition pool) {
        double now = 0;
        double foreseen = 0;
        double expected = 0;
        int online = 0;
        int n = 0;
        for (Member each : members) {
            Candidate member = each.exit();
            double q = member.q(pool);
            double v = member.v(pool);
            now += q;
            foreseen += q * v;
            expected += v;
            online += v > 0 ? 1 : 0;
            n++;
        }
        return n == 0 ? EMPTY : new Health(now / n, foreseen / n, expected, online, n);
    }

    /** With one member more. */
    Health with(double q, double v) {
        return new Health(
                (now * members + q) / (members + 1),
                (foreseen * members + q * v) / (members + 1),
                expected + v,
                online + (v > 0 ? 1 : 0),
                members + 1);
    }

    /** With one member less. */
    Health without(double q, double v) {
        return members <= 1
                ? EMPTY
                : new Health(
                        (now * members - q) / (members - 1),
                        (foreseen * members - q * v) / (members - 1),
                        expected - v,
                        online - (v > 0 ? 1 : 0),
                        members - 1);
    }
}
