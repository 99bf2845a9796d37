package io.fairlead.proxy.front;

import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponseDecoder;

/** Decodes what origins answer. Both lengths at once are refused, not mended. Answers to HEAD have no body. */
final class ResponseDecoder extends HttpResponseDecoder {

    private static final int MOST_HEAD_BYTES = 64 << 10;

    private boolean toHead;

    ResponseDecoder() {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(8 << 10)
                .setMaxHeaderSize(MOST_HEAD_BYTES)
                .setMaxChunkSize(64 << 10)
                .setValidateHeaders(true));
    }

    /** What comes next answers a HEAD, or not. On the tunnel's event loop. */
    void expect(boolean answerToHead) {
        toHead = answerToHead;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        return toHead || super.isContentAlwaysEmpty(message);
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new IllegalArgumentException("both Content-Length and Transfer-Encoding");
    }
}
