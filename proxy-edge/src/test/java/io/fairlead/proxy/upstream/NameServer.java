package io.fairlead.proxy.upstream;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/** A name server on loopback: every name has the addresses that it says for the present question, and no IPv6 ones. */
final class NameServer implements AutoCloseable {

    private static final int HEAD_BYTES = 12;

    final AtomicInteger questions = new AtomicInteger();
    private final DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    private final IntFunction<List<String>> addresses;

    /** @param addresses of the n-th question for IPv4 addresses, from 1; empty: there is no such name */
    NameServer(IntFunction<List<String>> addresses) throws IOException {
        this.addresses = addresses;
        Thread serving = new Thread(this::serve, "name-server");
        serving.setDaemon(true);
        serving.start();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    private void serve() {
        byte[] buffer = new byte[1500];
        while (!socket.isClosed()) {
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            try {
                socket.receive(packet);
                byte[] answer = answer(Arrays.copyOf(packet.getData(), packet.getLength()));
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private byte[] answer(byte[] question) throws IOException {
        int end = HEAD_BYTES;
        while (question[end] != 0) {
            end += 1 + question[end];
        }
        boolean v4 = question[end + 2] == 1;
        List<String> found = v4 ? addresses.apply(questions.incrementAndGet()) : List.of();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(question, 0, 2);
        out.writeShort(v4 && found.isEmpty() ? 0x8183 : 0x8180);
        out.writeShort(1);
        out.writeShort(found.size());
        out.writeInt(0);
        out.write(question, HEAD_BYTES, end + 5 - HEAD_BYTES);
        for (String address : found) {
            out.writeShort(0xc000 | HEAD_BYTES);
            out.writeShort(1);
            out.writeShort(1);
            out.writeInt(0);
            out.writeShort(4);
            out.write(InetAddress.getByName(address).getAddress());
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() {
        socket.close();
    }
}
