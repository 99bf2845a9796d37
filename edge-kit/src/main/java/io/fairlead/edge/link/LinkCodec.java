package io.fairlead.edge.link;

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
 *   <li>The window of the connection is refilled as bytes arrive, not as they are read: otherwise a few streams whose
 *       readers are slow would fill it and stop all others. What is held for slow readers is bounded by the windows of the
 *       streams, which grow only while they are read.
 *   <li>Streams share the link evenly, without the tree of priorities, which nobody sets here.
 *   <li>Both ends know each other by certificate, and many resets are users going away, not an
 *       attack, so the limits on resets are far above the default of 200 in 30 s.
 * </ul>
 */
public final class LinkCodec extends Http2FrameCodecBuilder {

    /**
     * Lowest stream of a link. Netty's multiplexer takes stream 1 of a channel that was dialled for the answer to an upgrade, which at the
     * end of an exit agent it never is; and Netty's client begins at 3.
     */
    public static final int FIRST_STREAM = 3;

    /** A link at full speed asks and answers 100 PINGs a second to size its windows; three times as many lead nowhere. */
    public static final int CONTROL_FRAMES_A_WINDOW = 10_000;

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

    /** What is taken from the end that accepts streams, and opens none. */
    public static FrameWatch.Bounds ofAcceptingEnd() {
        return new FrameWatch.Bounds(CONTROL_FRAMES_A_WINDOW, CONTROL_WINDOW_SECONDS, 0);
    }

    /** What is taken from the end that opens streams. */
    public static FrameWatch.Bounds ofOpeningEnd() {
        return new FrameWatch.Bounds(CONTROL_FRAMES_A_WINDOW, CONTROL_WINDOW_SECONDS, FIRST_STREAM);
    }

    /** For the end that opens streams. */
    public static Http2FrameCodec opening(WindowSettings windows) {
        return new LinkCodec(false, windows).build();
    }

    /** For the end that accepts streams. */
    public static Http2FrameCodec accepting(WindowSettings windows) {
        return new LinkCodec(true, windows).build();
    }
}
