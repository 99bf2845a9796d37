package io.fairlead.lab.bench;

import io.fairlead.edge.link.Sockets;
import io.fairlead.proxy.exit.ExitRegistry;
import io.fairlead.proxy.exit.LocationCheck;
import io.fairlead.proxy.exit.ObservedLocations;
import io.fairlead.proxy.link.LinkAdmission;
import io.fairlead.proxy.link.LinkListener;
import io.fairlead.proxy.link.LinkSettings;
import io.fairlead.proxy.link.LinkTls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/** The process that {@link LinksBench} kills: listens for agents until its standard input ends. */
final class LinksBenchSupernode {

    private static final int EXITS_MAX = 100_000;

    private LinksBenchSupernode() {}

    /** @param args directory of the certificates, port */
    public static void main(String[] args) throws Exception {
        Path certificates = Path.of(args[0]);
        RandomGenerator random = new java.util.Random();
        LinkListener listener = LinkListener.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[1])),
                Sockets.loops(0, "supernode"),
                LinkTls.forEdge(
                        certificates.resolve("edge.crt").toFile(),
                        certificates.resolve("edge.key").toFile(),
                        certificates.resolve("ca.crt").toFile()),
                LinkSettings.DEFAULTS,
                new ExitRegistry(4, EXITS_MAX),
                (exitId, record) -> {},
                LinkAdmission.EVERYBODY,
                new LocationCheck(ObservedLocations.NONE),
                System::nanoTime,
                random);
        System.out.println("READY");
        while (System.in.read() >= 0) {
            // nothing is ever said
        }
        listener.close();
        System.exit(0);
    }
}
