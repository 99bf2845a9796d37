package io.fairlead.lab.names;

import io.fairlead.model.popularity.BeaconName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One resolver with a socket and an address of its own: it asks real questions over UDP, and takes each answer for as old as its round trip to that name server is. It shows cookies, so it is proven from its
 * second question to each on. For one thread.
 */
final class SimulatedResolver implements AutoCloseable {

    private static final double FIRST_MS = 30;
    private static final double SMOOTHING = 0.3;
    private static final double NOISE = 0.1;
    private static final int COOKIE_BYTES = 8;
    private static final int UNDER_WAY = 256;

    private final NameWorld world;
    private final NameWorld.Asker asker;
    private final List<InetSocketAddress> nameServers;
    private final RandomGenerator random;
    private final DatagramChannel channel;
    private final double[] rememberedMs;
    private final byte[][] cookies;
    private final @Nullable Asked[] underWay = new Asked[UNDER_WAY];
    private int nextId;

    /**
     * A question.
     *
     * @param clients index of those who wanted to know
     * @param beacon name of the beacon that they fetch then; null: they watch
     */
    record Asked(
            int nameServer,
            int clients,
            long atNanos,
            @Nullable String beacon) {}

    /** @param address that was told, as a number; 0: none */
    record Told(Asked asked, int address) {}

    SimulatedResolver(
            NameWorld world,
            NameWorld.Asker asker,
            List<InetSocketAddress> nameServers,
            Selector selector,
            RandomGenerator random)
            throws IOException {
        this.world = world;
        this.asker = asker;
        this.nameServers = nameServers;
        this.random = random;
        this.rememberedMs = new double[nameServers.size()];
        this.cookies = new byte[nameServers.size()][COOKIE_BYTES];
        for (int i = 0; i < rememberedMs.length; i++) {
            rememberedMs[i] = 1 + FIRST_MS * random.nextDouble();
            random.nextBytes(cookies[i]);
        }
        channel = DatagramChannel.open();
        try {
            channel.bind(new InetSocketAddress(InetAddress.getByName(asker.address()), 0));
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, this);
        } catch (IOException e) {
            channel.close();
            throw new IOException(
                    "no resolver can be at " + asker.address() + " on this machine: " + e.getMessage(), e);
        }
    }

    NameWorld.Asker asker() {
        return asker;
    }

    /** Asks for some of its clients. */
    void ask(String name, ByteBuffer buffer, long nowNanos) throws IOException {
        int clients = 0;
        for (double at = random.nextDouble(); clients < asker.clients().size() - 1; clients++) {
            at -= asker.clients().get(clients).weight();
            if (at <= 0) {
                break;
            }
        }
        int server = asker.model().choose(rememberedMs, random);
        int id = nextId++ & 0xFFFF;
        underWay[id % UNDER_WAY] = new Asked(server, clients, nowNanos, BeaconName.of(name));
        byte[] subnet = asker.tellsSubnet() ? bytes(asker.clients().get(clients).prefix()) : null;
        StubQuestion.write(buffer, id, name, cookies[server], subnet);
        channel.send(buffer, nameServers.get(server));
    }

    private static byte[] bytes(String prefix) {
        String[] parts = prefix.substring(0, prefix.indexOf('/')).split("\\.");
        byte[] bytes = new byte[parts.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(parts[i]);
        }
        return bytes;
    }

    /** The next answer that has come; null: none. */
    @Nullable
    Told hear(ByteBuffer buffer) throws IOException {
        buffer.clear();
        if (channel.receive(buffer) == null) {
            return null;
        }
        buffer.flip();
        StubQuestion.Answer answer = StubQuestion.read(buffer);
        Asked asked = answer == null ? null : underWay[answer.id % UNDER_WAY];
        if (answer == null || asked == null) {
            return new Told(new Asked(0, 0, 0, null), 0);
        }
        underWay[answer.id % UNDER_WAY] = null;
        byte[] cookie = answer.cookie;
        if (cookie != null && cookie.length > COOKIE_BYTES) {
            cookies[asked.nameServer()] = cookie;
        }
        double ms = world.ms(asker.node(), asked.nameServer()) * (1 + NOISE * Math.abs(random.nextGaussian()));
        rememberedMs[asked.nameServer()] += SMOOTHING * (ms - rememberedMs[asked.nameServer()]);
        return new Told(asked, answer.address);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
