package io.fairlead.proxy.attempt;

import io.fairlead.proxy.pick.Slot;
import io.netty.channel.Channel;

/** Who wants a tunnel. */
public interface TunnelUser {

    /**
     * A slot is taken. On the request's event loop.
     *
     * @return true: an open tunnel through this exit is at hand and will be used, none need be opened
     */
    default boolean reuse(Slot slot) {
        return false;
    }

    /** Puts handlers into a tunnel that has just been opened, before anything is read from it. On the tunnel's event loop. */
    void install(Channel tunnel);

    /** The tunnel is ready. On the request's event loop. */
    void opened(Channel tunnel);

    /** There is none, and no more will be tried. On the request's event loop. */
    void failed(Failure failure);
}
