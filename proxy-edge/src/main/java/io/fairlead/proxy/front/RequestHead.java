package io.fairlead.proxy.front;

import io.netty.handler.codec.http.HttpRequest;

/**
 * A well-formed request head. What follows it in the pipeline is {@code HttpContent} up to {@code LastHttpContent}, or nothing
 * if there is no body.
 *
 * @param request with the fields as they came, names and values checked
 * @param bodyBytes length of the body; 0: none; {@link #CHUNKED}: as its chunks say
 */
record RequestHead(HttpRequest request, long bodyBytes) {

    static final long CHUNKED = -1;

    boolean hasBody() {
        return bodyBytes != 0;
    }
}
