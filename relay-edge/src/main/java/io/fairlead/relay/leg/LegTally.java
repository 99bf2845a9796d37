package io.fairlead.relay.leg;

/**
 * What has happened on one leg; grows only.
 *
 * @param linkBytes media over the long link
 * @param promotions other streams that took the master's place
 * @param asked requests to the media server
 * @param refused viewers whom it refused
 * @param lost streams from it that ended
 */
public record LegTally(long linkBytes, int promotions, int asked, int refused, int lost) {

    /** Of a leg that has just begun. */
    public static final LegTally START = new LegTally(0, 0, 0, 0, 0);

    /** What has come about since. */
    public LegTally since(LegTally before) {
        return new LegTally(
                linkBytes - before.linkBytes,
                promotions - before.promotions,
                asked - before.asked,
                refused - before.refused,
                lost - before.lost);
    }
}
