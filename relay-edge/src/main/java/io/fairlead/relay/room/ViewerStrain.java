package io.fairlead.relay.room;

/**
 * What a viewer's network did to it; grows only.
 *
 * @param stalls writes that took longer than half a second
 * @param stalledNs how long those took
 * @param skips times that it went on at a newer key frame
 * @param skippedTags what went by it then
 */
public record ViewerStrain(int stalls, long stalledNs, int skips, long skippedTags) {

    /** Of a viewer who has just come. */
    public static final ViewerStrain NONE = new ViewerStrain(0, 0, 0, 0);

    /** What has come about since. */
    public ViewerStrain since(ViewerStrain before) {
        return new ViewerStrain(
                stalls - before.stalls,
                stalledNs - before.stalledNs,
                skips - before.skips,
                skippedTags - before.skippedTags);
    }
}
