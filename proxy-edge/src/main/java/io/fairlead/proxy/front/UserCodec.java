package io.fairlead.proxy.front;

import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;

/**
 * HTTP/2 as users may speak it. Differs from Netty's defaults where a proxy needs it:
 *
 * <ul>
 *   <li>The window of the connection is refilled as bytes arrive: a slow origin of one request must not hold up the others. What is held is
 *       bounded by the windows of the streams.
 *   <li>Streams share the connection evenly; priorities are read and forgotten (RFC 9113 §5.3).
 *   <li>A GOAWAY is said on purpose, never by merely closing.
 * </ul>
 *
 * <p>Bounds: streams, head, resets, windows by {@link StreamLimits}; queued control frames, small CONTINUATION frames and empty DATA frames
 * by Netty's defaults.
 */
final class UserCodec extends Http2FrameCodecBuilder {

    private static final float REFILL_RATIO = 0.5f;

    private UserCodec(FrontSettings settings) {
        StreamLimits limits = settings.streams();
        DefaultHttp2Connection connection = new DefaultHttp2Connection(true);
        connection.local().flowController(new DefaultHttp2LocalFlowController(connection, REFILL_RATIO, true));
        connection
                .remote()
                .flowController(
                        new DefaultHttp2RemoteFlowController(connection, new UniformStreamByteDistributor(connection)));
        connection(connection);
        initialSettings(Http2Settings.defaultSettings()
                .initialWindowSize(limits.streamWindowBytes())
                .maxConcurrentStreams(limits.maxStreams())
                .maxHeaderListSize(settings.maxHeadBytes()));
        gracefulShutdownTimeoutMillis(0);
        decoupleCloseAndGoAway(true);
        decoderEnforceMaxRstFramesPerWindow(limits.maxResets(), StreamLimits.WINDOW_SECONDS);
    }

    static Http2FrameCodec of(FrontSettings settings) {
        return new UserCodec(settings).build();
    }
}
