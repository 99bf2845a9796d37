package io.fairlead.lab.bench.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * A proxy as a load asks it.
 *
 * @param name as the table says it, with its version
 * @param process whose processor time counts
 * @param address where it listens
 * @param way how it is asked
 * @param credentials {@code user:secret}; empty: it asks for none
 * @param site where requests lead
 */
record Contender(
        String name, PinnedProcess process, InetSocketAddress address, Way way, String credentials, String site) {

    Contender asked(Way other) {
        return new Contender(name, process, address, other, credentials, site);
    }

    ByteBuf connectRequest() {
        return Unpooled.copiedBuffer(
                "CONNECT " + site + " HTTP/1.1\r\nHost: " + site + "\r\n" + authorization() + "\r\n",
                StandardCharsets.US_ASCII);
    }

    ByteBuf request(String path) {
        boolean forward = way == Way.FORWARD;
        return Unpooled.copiedBuffer(
                "GET " + (forward ? "http://" + site : "") + path + " HTTP/1.1\r\nHost: " + site + "\r\n"
                        + (forward ? authorization() : "") + "\r\n",
                StandardCharsets.US_ASCII);
    }

    private String authorization() {
        return credentials.isEmpty()
                ? ""
                : "Proxy-Authorization: Basic "
                        + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.US_ASCII)) + "\r\n";
    }
}
