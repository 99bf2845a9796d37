package io.fairlead.proxy.exit;

/**
 * What an agent that several supernodes send through told of them, so that together they do not fill it beyond what it can run. Newer than a
 * heartbeat: it comes every second while the count changes.
 *
 * @param elsewhereRequests requests it runs for other supernodes
 * @param supernodes that it is linked with, this one included; 1: this one alone
 * @param turn place of this one among them, from 0; it changes, and says whose the room is that can't be shared evenly
 */
public record ExitShare(String exitId, int elsewhereRequests, int supernodes, int turn) {}
