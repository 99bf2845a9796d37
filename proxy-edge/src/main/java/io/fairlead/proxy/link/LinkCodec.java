package io.fairlead.proxy.link;

import io.fairlead.proxy.h2.FrameWatch;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;

/**
 * HTTP/2 as links use it. Differs from Netty's defaults in what would hurt here:
 *
 * <ul>
 *   <li>The window of the connection is refilled as bytes arrive, not as they are read: otherwise a few tunnels whose
 *       readers are slow would fill it and stop all others. What is held for slow readers is bounded by the windows of the
 *       streams, which grow only while they are read.
 *   <li>Streams share the link evenly, without the tree of priorities, which nobody sets here.
 *   <li>The agent is an HTTP/2 server in the middle of its own supernode's traffic: many resets are users going away, not an
 *       attack, so the limits on resets are far above the default of 200 in 30 s.
 * </ul>
 */
final class LinkCodec extends Http2FrameCodecBuilder {

    /**
     * Lowest stream of a link. Netty's multiplexer takes stream 1 of a channel that was dialled for the answer to an upgrade, which at the
     * agent's end it never is; and Netty's client begins at 3.
     */
    static final int FIRST_STREAM = 3;

    /** A link at full speed asks and answers 100 PINGs a second to size its windows; three times as many lead nowhere. */
    static final int CONTROL_FRAMES_A_WINDOW = 10_000;

    private static final int CONTROL_WINDOW_SECONDS = 30;

    private static final int MOST_HEADER_BYTES = 16 << 10;
    private static final int RESETS_A_WINDOW = 50_000;
    private static final int RESET_WINDOW_SECONDS = 30;
    private static final float REFILL_RATIO = 0.5f;

    private LinkCodec(boolean accepting, WindowSettings windows) {
        DefaultHttp2Connection connection = new DefaultHttp2Connection(accepting);
        connection.local().flowController(new DefaultHttp2LocalFlowController(connection, REFILL_RATIO, true));
        connection
                .remote()
                .flowController(
                        new DefaultHttp2RemoteFlowController(connection, new UniformStreamByteDistributor(connection)));
        connection(connection);
        Http2Settings settings = Http2Settings.defaultSettings()
                .initialWindowSize(windows.streamBytes())
                .maxHeaderListSize(MOST_HEADER_BYTES);
        if (accepting) {
            settings.maxConcurrentStreams(windows.maxStreams());
        } else {
            settings.pushEnabled(false);
        }
        initialSettings(settings);
        gracefulShutdownTimeoutMillis(0);
        // A GOAWAY is an announcement here: it is said on purpose, never by merely closing.
        decoupleCloseAndGoAway(true);
        decoderEnforceMaxRstFramesPerWindow(RESETS_A_WINDOW, RESET_WINDOW_SECONDS);
        encoderEnforceMaxRstFramesPerWindow(RESETS_A_WINDOW, RESET_WINDOW_SECONDS);
    }

    /** What the supernode takes from an agent, which opens no streams. */
    static FrameWatch.Bounds ofAgent() {
        return new FrameWatch.Bounds(CONTROL_FRAMES_A_WINDOW, CONTROL_WINDOW_SECONDS, 0);
    }

    /** What an agent takes from a supernode. */
    static FrameWatch.Bounds ofSupernode() {
        return new FrameWatch.Bounds(CONTROL_FRAMES_A_WINDOW, CONTROL_WINDOW_SECONDS, FIRST_STREAM);
    }

    /** For the side that opens streams: the supernode. */
    static Http2FrameCodec opening(WindowSettings windows) {
        return new LinkCodec(false, windows).build();
    }

    /** For the side that accepts streams: the agent. */
    static Http2FrameCodec accepting(WindowSettings windows) {
        return new LinkCodec(true, windows).build();
    }
}
