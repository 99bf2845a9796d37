package io.fairlead.relay.server;

import io.fairlead.relay.room.Container;
import java.net.URI;

/**
 * Where rooms come from that nobody publishes here. Begin with {@link #of} and change what differs.
 *
 * @param mediaServer address before the room's name: {@code http://HOST:PORT[/PREFIX]}; {@code /ROOM.flv} or {@code .ts} is put behind
 * @param container what is asked for; what comes is read as what it is
 * @param streams requests per watched room: 1, or 2 for a spare that is received and not sent
 * @param connectTimeoutMs for the connection, and again for the head of the answer
 * @param silenceMs a stream that brings nothing for so long is ended and asked for anew
 * @param firstPauseMs before a lost stream is asked for again; doubles each time
 * @param mostPauseMs its end
 */
public record PullSettings(
        URI mediaServer,
        Container container,
        int streams,
        int connectTimeoutMs,
        int silenceMs,
        int firstPauseMs,
        int mostPauseMs) {

    public PullSettings {
        if (!"http".equals(mediaServer.getScheme())
                || mediaServer.getHost() == null
                || mediaServer.getQuery() != null) {
            throw new IllegalArgumentException(
                    "the media server is \"" + mediaServer + "\"; say http://HOST:PORT or http://HOST:PORT/PREFIX");
        }
        if (streams < 1 || streams > 2) {
            throw new IllegalArgumentException("streams is " + streams + "; 1 and 2 (with a spare) are possible");
        }
        if (connectTimeoutMs < 1 || silenceMs < 1 || firstPauseMs < 1 || mostPauseMs < firstPauseMs) {
            throw new IllegalArgumentException("connectTimeoutMs is " + connectTimeoutMs + ", silenceMs " + silenceMs
                    + ", firstPauseMs " + firstPauseMs + ", mostPauseMs " + mostPauseMs
                    + "; all must be at least 1, and the last not less than the one before");
        }
    }

    /** Two streams a room from that media server, as FLV. */
    public static PullSettings of(URI mediaServer) {
        return new PullSettings(mediaServer, Container.FLV, 2, 5_000, 5_000, 250, 8_000);
    }

    /** With one stream a room, or two. */
    public PullSettings withStreams(int count) {
        return new PullSettings(mediaServer, container, count, connectTimeoutMs, silenceMs, firstPauseMs, mostPauseMs);
    }

    /** With rooms asked for in that container. */
    public PullSettings withContainer(Container other) {
        return new PullSettings(mediaServer, other, streams, connectTimeoutMs, silenceMs, firstPauseMs, mostPauseMs);
    }

    /** Where a room is asked for, with the query of a viewer. */
    String target(String room, String query) {
        String prefix = mediaServer.getRawPath() == null ? "" : mediaServer.getRawPath();
        return (prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix) + "/" + room + suffix()
                + (query.isEmpty() ? "" : "?" + query);
    }

    private String suffix() {
        return switch (container) {
            case FLV -> ".flv";
            case TS -> ".ts";
        };
    }

    int port() {
        return mediaServer.getPort() < 0 ? 80 : mediaServer.getPort();
    }
}
