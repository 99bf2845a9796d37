package io.fairlead.relay.server;

import io.netty.channel.Channel;

/**
 * Somebody asks to watch a room.
 *
 * @param room its name
 * @param query what the viewer showed: all that follows the question mark; empty if nothing
 * @param address where the viewer comes from, as far as is known
 * @param presence whether the viewer is there still
 * @param account what is noted of the viewer
 */
public record WatchRequest(String room, String query, String address, Presence presence, ViewerAccount account) {

    /** Of a viewer of whom nobody is told. */
    public WatchRequest(String room, String query, String address, Channel channel) {
        this(room, query, address, Presence.of(channel), new ViewerAccount(0));
    }
}
