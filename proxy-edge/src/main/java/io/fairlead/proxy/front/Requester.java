package io.fairlead.proxy.front;

import io.fairlead.edge.link.PhaseTimer;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.FullHttpResponse;

/**
 * Who asked one request, as its {@link Exchange} sees them: a connection of HTTP/1.1 or a stream of HTTP/2. Answers are
 * given to it as objects of HTTP/1.1; how they are framed on the wire is its own affair. On the event loop of the user's connection.
 */
interface Requester {

    EventLoop loop();

    /** The one deadline of the request. */
    PhaseTimer timer();

    /** Whether another request may follow on the same connection. */
    boolean keepsAlive();

    /** Lets the body of the request come. */
    void readBody();

    /** Reads more of the body, if the exchange wants it. */
    void readMore();

    /** A part of the answer: a head, or content up to the last. */
    void write(Object part);

    void flush();

    boolean isWritable();

    /** The request is answered, by parts already written. */
    void served(boolean connectionStays);

    /** The request is answered by this. */
    void answer(FullHttpResponse response);

    /** The answer can't be finished: says so by a reset. */
    void abort();

    /**
     * Leaves HTTP and gives the channel over to a relay. The handlers of the protocol leave its pipeline, in which {@code end}
     * is the last from now on; bytes that came too early go to it.
     */
    void giveOver(RelayEnd end, Relay to);

    /** The channel that a relay will speak to. */
    UserChannel userChannel();

    /** The relay has ended. */
    void relayed();
}
