package io.fairlead.proxy.exit;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Opens tunnels through exits. May be called from any thread. */
public interface ExitTunnels {

    /**
     * Opens a tunnel to {@code target} through an exit.
     *
     * <p>Succeeds, once the exit has connected to the target, with a channel of plain bytes: reads and writes are
     * {@link io.netty.buffer.ByteBuf}s, handlers may be added at the end of its pipeline. The channel starts with
     * {@code autoRead} off, so that nothing is lost before the handlers stand: add them on the channel's event loop (a listener of
     * the future runs there), then turn it on. A handler that is added from another thread misses what is read before its
     * adding is completed.
     *
     * <ul>
     *   <li>Back-pressure: what is not read is not credited to the exit; {@code isWritable()} tells when to stop writing.
     *   <li>The far side ends its direction: {@link io.netty.channel.socket.ChannelInputShutdownEvent}, the channel stays open.
     *   <li>This side ends its direction: write {@link EndOfOutput#INSTANCE}.
     *   <li>Both ended: the channel closes by itself. {@code close()} before that resets the stream.
     *   <li>Anything else that ends it: {@link TunnelAborted}, then {@code channelInactive}.
     * </ul>
     *
     * <p>Fails with {@link TunnelException}. When the future is cancelled before it is done, the exit is told to give up.
     *
     * @param preferred event loop whose links are taken first, so that both halves of a relay share a thread; the channel
     *     may live on another one all the same
     * @return notified on the event loop of the channel; an exit that is offline: on the preferred one
     */
    Future<Channel> open(String exitId, Target target, TunnelOptions options, @Nullable EventLoop preferred);
}
