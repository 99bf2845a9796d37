package io.fairlead.relay.leg;

/**
 * A viewer of a leg, as it is now.
 *
 * @param query what the viewer showed: all that follows the question mark
 * @param role what its stream from the media server is now
 * @param carries whether its stream on the long link carries the media of all
 */
public record Standing(String query, Role role, boolean carries) {}
