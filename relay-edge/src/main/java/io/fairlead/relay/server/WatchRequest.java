package io.fairlead.relay.server;

import io.netty.channel.Channel;

/**
 * Somebody asks to watch a room.
 *
 * @param room its name
 * @param query what the viewer showed: all that follows the question mark; empty if nothing
 * @param address where the viewer comes from, as far as is known
 * @param channel the viewer's; a request is over when this closes
 * @param account what is noted of the viewer
 */
public record WatchRequest(String room, String query, String address, Channel channel, ViewerAccount account) {

    /** Of a viewer of whom nobody is told. */
    public WatchRequest(String room, String query, String address, Channel channel) {
        this(room, query, address, channel, new ViewerAccount(0));
    }
}
