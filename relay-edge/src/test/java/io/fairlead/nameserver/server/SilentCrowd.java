package io.fairlead.nameserver.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Connections that say nothing, in a process of their own, which has descriptors of its own. Says how many are open, and ends with its input. */
final class SilentCrowd {

    private SilentCrowd() {}

    /** @param args port of a server on the loopback, how many */
    public static void main(String[] args) throws Exception {
        InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        List<SocketChannel> crowd = new ArrayList<>();
        for (int i = Integer.parseInt(args[1]); i > 0; i--) {
            crowd.add(SocketChannel.open(server));
        }
        System.out.println(crowd.size());
        System.out.flush();
        while (System.in.read() >= 0) {
            // nothing is ever said
        }
    }
}
