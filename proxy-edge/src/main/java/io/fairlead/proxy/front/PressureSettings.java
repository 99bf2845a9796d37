package io.fairlead.proxy.front;

/**
 * When the edge sheds load, by how full it is: the fullest of heap (after a collection), direct memory, descriptors and connections,
 * each 0–1 of its limit.
 *
 * @param noKeepAliveAt from here on connections are closed after the request they have, and no tunnel is kept for a next one
 * @param noAcceptAt from here on no connection is accepted
 * @param resetAt from here on the costliest connections are reset
 * @param easeBy a step is left only when it is fuller by this no more
 * @param resetShare share of the connections that is reset each second, at least one
 */
public record PressureSettings(
        double noKeepAliveAt, double noAcceptAt, double resetAt, double easeBy, double resetShare) {

    /** 80 %, 90 %, 96 %, left 5 % below; 2 % of the connections a second. */
    public static final PressureSettings DEFAULTS = new PressureSettings(0.80, 0.90, 0.96, 0.05, 0.02);

    public PressureSettings {
        boolean rises = 0 < noKeepAliveAt && noKeepAliveAt < noAcceptAt && noAcceptAt < resetAt && resetAt <= 1;
        if (!rises) {
            throw new IllegalArgumentException("pressure steps at " + noKeepAliveAt + ", " + noAcceptAt + " and "
                    + resetAt + "; they must rise in this order within 0 to 1");
        }
        if (!(easeBy >= 0 && easeBy < noKeepAliveAt) || !(resetShare > 0 && resetShare <= 1)) {
            throw new IllegalArgumentException("pressure easeBy is " + easeBy + ", resetShare " + resetShare
                    + "; they must be in 0 to " + noKeepAliveAt + " and above 0 to 1");
        }
    }
}
