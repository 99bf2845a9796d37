package io.fairlead.proxy.link;

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

    /** For the side that opens streams: the supernode. */
    static Http2FrameCodec opening(WindowSettings windows) {
        return new LinkCodec(false, windows).build();
    }

    /** For the side that accepts streams: the agent. */
    static Http2FrameCodec accepting(WindowSettings windows) {
        return new LinkCodec(true, windows).build();
    }
}
