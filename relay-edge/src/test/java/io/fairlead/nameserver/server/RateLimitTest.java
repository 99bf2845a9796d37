package io.fairlead.nameserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.nameserver.server.NameServerCounters.Dropped;
import io.fairlead.nameserver.server.RateLimit.Verdict;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

class RateLimitTest {

    @Test
    void aNetworkGetsTheSameAnswerSoOftenASecondAndNoMore() {
        RateLimit limit = new RateLimit(10, 2, 1_024);
        Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
        for (int i = 0; i < 1_000; i++) {
            counts.merge(limit.judge(7, 1, i), 1, Integer::sum);
        }
        assertThat(counts.get(Verdict.SEND)).isBetween(19, 21); // a second's worth at once, and what a second brings
        assertThat(counts.get(Verdict.TRUNCATE)).isBetween(489, 491);
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
