package io.fairlead.cli.flink;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Whether brokers take connections from here. A cluster may see others than its operator does, so that it is a reason to look closer and no more. */
final class BrokerReach {

    private static final int PATIENCE_MS = 3_000;

    private BrokerReach() {}

    /**
     * @param servers {@code HOST:PORT}, several with commas between
     * @return whether at least one takes a connection
     */
    static boolean any(String servers) {
        for (String server : servers.split(",", -1)) {
            int colon = server.lastIndexOf(':');
            if (colon > 0
                    && takesAConnection(
                            server.substring(0, colon).trim(),
                            server.substring(colon + 1).trim())) {
                return true;
            }
        }
        return false;
    }

    private static boolean takesAConnection(String host, String port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, Integer.parseInt(port)), PATIENCE_MS);
            return true;
        } catch (IOException | IllegalArgumentException e) {
            return false; // whatever the reason is, the job will say it
        }
    }
}
