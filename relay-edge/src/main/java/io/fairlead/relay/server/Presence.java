package io.fairlead.relay.server;

import io.netty.channel.Channel;
import io.netty.util.concurrent.EventExecutor;

/** Whether a viewer is there: for as long as its connection, or as it fetches one thing after the other. */
public interface Presence {

    /** Where what is counted of it is touched. */
    EventExecutor loop();

    /** Tells when it has gone; at once if it has already. On any thread. */
    void whenGone(Runnable told);

    /** Sends it away. */
    void end();

    /** For as long as a connection is open. */
    static Presence of(Channel channel) {
        return new Presence() {
            @Override
            public EventExecutor loop() {
                return channel.eventLoop();
            }

            @Override
            public void whenGone(Runnable told) {
                channel.closeFuture().addListener(closed -> told.run());
            }

            @Override
            public void end() {
                channel.close();
            }
        };
    }
}
