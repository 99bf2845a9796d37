package io.fairlead.lab.names;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Questions as anybody can send them in another's name: over UDP, from the addresses of resolvers, for networks of clients, with a cookie that is made up. On the loopback any process may bind any address, so none has to be
 * forged packet by packet. Answers are never read, as they would never come to who forges. For one thread.
 */
public final class ForgedQuestions implements AutoCloseable {

    private static final int BUFFER_BYTES = 512;
    private static final int CLIENT_COOKIE_BYTES = 8;
    private static final int WHOLE_COOKIE_BYTES = 24;

    /** Half of the questions tell a subnet, where there are any. */
    private static final double TELLS_SUBNET = 0.5;

    private static final double NANOS_PER_S = 1e9;

    private final List<DatagramChannel> sources = new ArrayList<>();
    private final List<byte[]> subnets;
    private final String zone;
    private final RandomGenerator random;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

    /**
     * Takes the addresses.
     *
     * @param addresses of resolvers, each on the loopback; each is as likely
     * @param subnets first three bytes of the clients' networks that questions are said to be for
     * @param zone mapped names stand in it
     * @throws IOException if one of the addresses is not this machine's; none is taken then
     */
    public ForgedQuestions(List<String> addresses, List<byte[]> subnets, String zone, RandomGenerator random)
            throws IOException {
        this.subnets = List.copyOf(subnets);
        this.zone = zone;
        this.random = random;
        try {
            for (String address : addresses) {
                DatagramChannel channel = DatagramChannel.open();
                sources.add(channel);
                channel.bind(new InetSocketAddress(InetAddress.getByName(address), 0));
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /**
     * Sends them to one name server, as if all of these resolvers preferred it.
     *
     * @param perSecond at most
     */
    public void send(InetSocketAddress nameServer, int questions, int perSecond) throws IOException {
        long beganNanos = System.nanoTime();
        for (int i = 0; i < questions; i++) {
            byte[] cookie = new byte[random.nextBoolean() ? CLIENT_COOKIE_BYTES : WHOLE_COOKIE_BYTES];
            random.nextBytes(cookie);
            String name = "f" + random.nextInt(Integer.MAX_VALUE) + "." + zone;
            StubQuestion.write(buffer, random.nextInt(), name, cookie, subnet());
            sources.get(random.nextInt(sources.size())).send(buffer, nameServer);
            long early = (long) (NANOS_PER_S * i / perSecond) - (System.nanoTime() - beganNanos);
            if (early > TimeUnit.MILLISECONDS.toNanos(1)) {
                LockSupport.parkNanos(early);
            }
        }
    }

    private byte @Nullable [] subnet() {
        return subnets.isEmpty() || random.nextDouble() >= TELLS_SUBNET
                ? null
                : subnets.get(random.nextInt(subnets.size()));
    }

    @Override
    public void close() throws IOException {
        for (DatagramChannel each : sources) {
            each.close();
        }
    }
}
