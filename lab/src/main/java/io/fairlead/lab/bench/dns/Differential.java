package io.fairlead.lab.bench.dns;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/**
 * Asks two servers of the same zone the same questions, and finds where they answer otherwise: code, authority, records of the answer; and of a negative answer or a referral the
 * records of the authority section. What servers add to be kind is not compared.
 */
public final class Differential implements AutoCloseable {

    private static final int ANSWER_MS = 2_000;
    private static final int TRIES = 5;

    /** Questions that are under way at once: a socket's buffer holds their answers. */
    private static final int AT_ONCE = 128;

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
        for (int from = 0; from < questions && found.size() < most; from += AT_ONCE) {
            List<Message> asked = new ArrayList<>();
            for (int i = from; i < Math.min(questions, from + AT_ONCE); i++) {
                BenchZone.Asked any = BenchZone.any(random);
                Message question = Message.newQuery(Record.newRecord(Name.fromString(any.name() + "."), any.type(), 1));
                question.getHeader().setID(i & 0xFFFF);
                asked.add(question);
            }
            Map<Integer, Message> ours = ask(one, asked);
            Map<Integer, Message> theirs = ask(other, asked);
            for (Message question : asked) {
                int id = question.getHeader().getID();
                String our = story(Objects.requireNonNull(ours.get(id)));
                String their = story(Objects.requireNonNull(theirs.get(id)));
                if (our.equals(their)) {
                    alike++;
                } else if (found.size() < most) {
                    found.add(question.getQuestion() + "\n  ours:   " + our + "\n  theirs: " + their);
                }
            }
        }
        return alike;
    }

    /** Answers by the ids of their questions; what is not answered in time is asked again. */
    private Map<Integer, Message> ask(InetSocketAddress server, List<Message> questions) throws IOException {
        Map<Integer, Message> answers = new HashMap<>();
        for (int attempt = 1; answers.size() < questions.size(); attempt++) {
            for (Message question : questions) {
                if (!answers.containsKey(question.getHeader().getID())) {
                    byte[] bytes = question.toWire();
                    socket.send(new DatagramPacket(bytes, bytes.length, server));
                }
            }
            try {
                receive(server, questions, answers);
            } catch (SocketTimeoutException e) {
                if (attempt == TRIES) {
                    throw new IOException(
                            server + " does not answer " + (questions.size() - answers.size()) + " questions", e);
                }
            }
        }
        return answers;
    }

    private void receive(InetSocketAddress server, List<Message> questions, Map<Integer, Message> answers)
            throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[BYTES_MAX], BYTES_MAX);
        while (answers.size() < questions.size()) {
            packet.setLength(BYTES_MAX);
            socket.receive(packet);
            Message answer = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
            int id = answer.getHeader().getID();
            int first = questions.get(0).getHeader().getID();
            boolean ours = (id - first & 0xFFFF) < questions.size();
            if (packet.getSocketAddress().equals(server) && ours) {
                answers.put(id, answer);
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
