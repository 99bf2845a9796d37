package io.fairlead.proxy.front;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/** Encodes answers to the user, who asked one thing at a time. */
final class ResponseEncoder extends HttpResponseEncoder {

    private boolean toHead;

    /** What is written next answers a HEAD, or not. */
    void answering(boolean head) {
        toHead = head;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpResponse response) {
        return toHead || super.isContentAlwaysEmpty(response);
    }
}
