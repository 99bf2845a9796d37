package io.fairlead.lab.bench.dns;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * Asks two servers of the same zone the same questions, and finds where they answer otherwise: code, authority, records of the answer; and of a negative answer or a referral the
 * records of the authority section. What servers add to be kind is not compared.
 */
public final class Differential implements AutoCloseable {

    private static final int ANSWER_MS = 5_000;
    private static final int TRIES = 3;
    private static final int BYTES_MAX = 4_096;

    private final InetSocketAddress one;
    private final InetSocketAddress other;
    private final DatagramSocket socket;

    /**
     * Between two servers.
     *
     * @param one ours
     * @param other somebody else's
     */
    public Differential(InetSocketAddress one, InetSocketAddress other) throws IOException {
        this.one = one;
        this.other = other;
        this.socket = new DatagramSocket();
        socket.setSoTimeout(ANSWER_MS);
    }

    /**
     * Asks.
     *
     * @param found what differs, each in some lines; not more than {@code most}
     * @return questions that were answered alike
     * @throws IOException if one of them does not answer
     */
    public int compare(int questions, RandomGenerator random, List<String> found, int most) throws IOException {
        int alike = 0;
        for (int i = 0; i < questions && found.size() < most; i++) {
            BenchZone.Asked asked = BenchZone.any(random);
            Message question = Message.newQuery(Record.newRecord(Name.fromString(asked.name() + "."), asked.type(), 1));
            String ours = story(ask(one, question));
            String theirs = story(ask(other, question));
            if (ours.equals(theirs)) {
                alike++;
            } else {
                found.add(asked.name() + " " + Type.string(asked.type()) + "\n  ours:   " + ours + "\n  theirs: "
                        + theirs);
            }
        }
        return alike;
    }

    private Message ask(InetSocketAddress server, Message question) throws IOException {
        byte[] bytes = question.toWire();
        for (int attempt = 1; ; attempt++) {
            try {
                socket.send(new DatagramPacket(bytes, bytes.length, server));
                while (true) {
                    DatagramPacket packet = new DatagramPacket(new byte[BYTES_MAX], BYTES_MAX);
                    socket.receive(packet);
                    Message answer = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
                    if (packet.getSocketAddress().equals(server)
                            && answer.getHeader().getID()
                                    == question.getHeader().getID()) {
                        return answer;
                    }
                }
            } catch (java.net.SocketTimeoutException e) {
                if (attempt == TRIES) {
                    throw new IOException(server + " does not answer " + question.getQuestion(), e);
                }
            }
        }
    }

    private static String story(Message answer) {
        boolean authoritative = answer.getHeader().getFlag(Flags.AA);
        boolean bare = answer.getSection(Section.ANSWER).isEmpty();
        return Rcode.string(answer.getRcode())
                + (authoritative ? " authoritative" : "")
                + (answer.getHeader().getFlag(Flags.TC) ? " truncated" : "")
                + " answer " + records(answer, Section.ANSWER)
                + (bare || answer.getRcode() != Rcode.NOERROR
                        ? " authority " + records(answer, Section.AUTHORITY)
                        : "");
    }

    private static Set<String> records(Message answer, int section) {
        Set<String> all = new TreeSet<>();
        for (Record record : answer.getSection(section)) {
            all.add(record.toString().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT));
        }
        return all;
    }

    @Override
    public void close() {
        socket.close();
    }
}
