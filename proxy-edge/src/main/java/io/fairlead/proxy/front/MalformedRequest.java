package io.fairlead.proxy.front;

/**
 * Bytes that are no request that may be passed on. Nothing after them is read.
 *
 * @param status 400, 505 where the version is at fault
 * @param detail one sentence for the user
 */
record MalformedRequest(int status, String detail) {

    MalformedRequest(String detail) {
        this(400, detail);
    }
}
