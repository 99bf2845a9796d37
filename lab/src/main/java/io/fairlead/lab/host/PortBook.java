package io.fairlead.lab.host;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The ports of one host, remembered in its data directory, so that a restart finds its clients where it left them.
 *
 * <p>Ports that are picked lie below the range from which the operating system serves outgoing connections: a client that tries
 * again and again to reach a stopped server on a port of that range will one day connect to itself, and hold the port.
 */
final class PortBook {
    private static final int LOWEST_PORT = 20_000;
    private static final int HIGHEST_PORT = 32_000;
    private static final int PICKS = 1_000;

    private final String host;
    private final Path file;
    private final Map<String, Integer> wanted;
    private final RandomGenerator random;
    private final Consumer<String> notices;

    /** @param wanted port by name; 0 is "the one of last time, or any that is free" */
    PortBook(String host, Path data, Map<String, Integer> wanted, RandomGenerator random, Consumer<String> notices) {
        this.host = host;
        this.file = data.resolve("ports.properties");
        this.wanted = new LinkedHashMap<>(wanted);
        this.random = random;
        this.notices = notices;
    }

    /**
     * @return a free port for every name, written down
     * @throws HostFailure if a port that was asked for by number is taken
     */
    Map<String, Integer> claim() throws IOException {
        Properties remembered = new Properties();
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                remembered.load(reader);
            }
        }
        Map<String, Integer> claimed = new LinkedHashMap<>();
        for (Map.Entry<String, Integer> want : wanted.entrySet()) {
            int last = Integer.parseInt(remembered.getProperty(want.getKey(), "0"));
            int port =
                    want.getValue() != 0 ? asked(want.getKey(), want.getValue()) : kept(want.getKey(), last, claimed);
            claimed.put(want.getKey(), port);
            remembered.setProperty(want.getKey(), Integer.toString(port));
        }
        try (Writer writer = Files.newBufferedWriter(file)) {
            remembered.store(writer, "Ports of " + host);
        }
        return claimed;
    }

    static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    private int asked(String name, int port) throws HostFailure {
        if (!isFree(port)) {
            throw new HostFailure(
                    "Port " + port + " (" + host + ", " + name + ") is taken by another program. Stop that one,"
                            + " choose another port, or choose 0 for any that is free.");
        }
        return port;
    }

    private int kept(String name, int last, Map<String, Integer> claimed) throws HostFailure {
        if (last != 0 && isFree(last)) {
            return last;
        }
        for (int pick = 0; pick < PICKS; pick++) {
            int port = random.nextInt(LOWEST_PORT, HIGHEST_PORT);
            if (!claimed.containsValue(port) && isFree(port)) {
                if (last != 0) {
                    notices.accept("Port " + last + " (" + host + ", " + name
                            + ") of last time is taken by another program;" + " it is now " + port + ".");
                }
                return port;
            }
        }
        throw new HostFailure(
                "No free port between " + LOWEST_PORT + " and " + HIGHEST_PORT + " for " + host + ", " + name);
    }
}
