package io.fairlead.nameserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.nameserver.server.NameServerCounters.Dropped;
import io.fairlead.nameserver.server.RateLimit.Verdict;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

class RateLimitTest {

    @Test
    void aNetworkGetsTheSameAnswerSoOftenASecondAndNoMore() {
        RateLimit limit = new RateLimit(10, 2, 1_024);
        Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
        for (int i = 0; i < 1_000; i++) {
            counts.merge(limit.judge(7, 1, i), 1, Integer::sum);
        }
        assertThat(counts.get(Verdict.SEND)).isBetween(18, 21); // a second's worth at once, and what a second brings
        assertThat(counts.get(Verdict.TRUNCATE)).isBetween(489, 492);
        assertThat(limit.judge(8, 1, 1_000)).isEqualTo(Verdict.SEND);
        assertThat(limit.judge(7, 2, 1_000)).isEqualTo(Verdict.SEND);
    }

    @Test
    void withoutALimitAllIsSent() {
        RateLimit limit = new RateLimit(0, 2, 1_024);
        for (int i = 0; i < 100; i++) {
            assertThat(limit.judge(7, 1, 0)).isEqualTo(Verdict.SEND);
        }
    }

    /** Who comes from many ports meets many sockets, and several threads. */
    @Test
    void theLimitIsOneForAllThreads() throws Exception {
        RateLimit limit = new RateLimit(100, 0, 1_024);
        AtomicInteger sent = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                for (int j = 0; j < 10_000; j++) {
                    if (limit.judge(7, 1, 0) == Verdict.SEND) {
                        sent.incrementAndGet();
                    }
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(sent).hasValue(100);
    }

    /** Any number of subnets can be written on a question, and any number of ports be asked from. */
    @Test
    void noClientSubnetAndNoPortMakesAnotherAnswerOfIt() throws Exception {
        Instant still = Instant.ofEpochSecond(1_800_000_000);
        int answered = 0;
        try (NameServerStage stage = NameServerStage.start(
                NameServerSettings.DEFAULTS.withUdpSockets(2).withRate(5, 1),
                NameServerStage.ZONE,
                Steering.NONE,
                () -> still)) {
            for (int i = 0; i < 40; i++) {
                Message question =
                        Message.newQuery(Record.newRecord(Name.fromString("www.fairlead.example."), Type.A, 1));
                question.addRecord(
                        new OPTRecord(
                                1_232,
                                0,
                                0,
                                0,
                                List.of(new ClientSubnetOption(24, InetAddress.getByName("10.0." + i + ".0")))),
                        Section.ADDITIONAL);
                byte[] answer = stage.ask(question.toWire(), 5_000);
                answered += answer != null && !new Message(answer).getHeader().getFlag(Flags.TC) ? 1 : 0;
            }
        }
        assertThat(answered).isEqualTo(5);
    }

    /** Sent with somebody else's address, questions turn this server on him: what he gets must be less than what was sent. */
    @Test
    void floodOfQuestionsIsAnsweredWithFewerBytesThanItHas() throws Exception {
        Instant still = Instant.ofEpochSecond(1_800_000_000);
        byte[] question = Message.newQuery(Record.newRecord(Name.fromString("big.fairlead.example."), Type.TXT, 1))
                .toWire();
        int sent = 0;
        int received = 0;
        try (NameServerStage stage = NameServerStage.start(
                NameServerSettings.DEFAULTS.withUdpSockets(1).withRate(5, 2),
                NameServerStage.ZONE,
                Steering.NONE,
                () -> still)) {
            for (int i = 0; i < 105; i++) {
                boolean silent = i >= 5 && i % 2 == 1;
                byte[] answer = stage.ask(question, silent ? 1 : 5_000);
                sent += question.length;
                received += answer == null ? 0 : answer.length;
                if (i >= 5 && answer != null) {
                    assertThat(new Message(answer).getHeader().getFlag(Flags.TC))
                            .isTrue();
                    assertThat(answer).hasSizeLessThanOrEqualTo(question.length);
                }
            }
            assertThat(stage.counters().dropped(Dropped.RATE)).isEqualTo(50);
            assertThat(stage.counters().slipped()).isEqualTo(50);
            assertThat(received).isLessThan(sent);
        }
    }
}
