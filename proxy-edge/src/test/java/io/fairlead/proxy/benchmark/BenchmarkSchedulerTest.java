package io.fairlead.proxy.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.proxy.destination.DestinationRules;
import io.fairlead.proxy.link.LinkRig;
import io.fairlead.proxy.link.Site;
import io.fairlead.schemas.telemetry.ExitBenchmarked;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BenchmarkSchedulerTest {

    private final List<ExitBenchmarked> told = new CopyOnWriteArrayList<>();
    private LinkRig rig;
    private BenchmarkScheduler scheduler;
    private final Set<String> resting = ConcurrentHashMap.newKeySet();

    @BeforeEach
    void start() throws Exception {
        rig = new LinkRig();
    }

    @AfterEach
    void stop() {
        if (scheduler != null) {
            scheduler.close();
        }
        rig.close();
    }

    private void schedule(InetSocketAddress site, long intervalMs, long retryMs, int concurrency) throws Exception {
        URI url = URI.create("http://127.0.0.1:" + site.getPort() + "/probe?x=1");
        BenchmarkPlan plan = new BenchmarkPlan(
                List.of(new BenchmarkPlan.Goal("default", url)),
                intervalMs,
                0.2,
                1_500,
                retryMs,
                5,
                concurrency,
                65_536);
        scheduler = new BenchmarkScheduler(
                rig.registry,
                resting::contains,
                (exitId, record) -> told.add((ExitBenchmarked) record),
                rig.edgeLoops().next(),
                DestinationRules.publicOnly(),
                BenchmarkScheduler.publicTls(),
                plan,
                System::nanoTime,
                new Random());
        rig.registry.listen(scheduler);
    }

    private static void answer(Socket socket, String response) throws IOException {
        InputStream in = socket.getInputStream();
        int state = 0;
        for (int c = in.read(); c >= 0; c = in.read()) {
            state = c == "\r\n\r\n".charAt(state) ? state + 1 : c == '\r' ? 1 : 0;
            if (state == 4) {
                break;
            }
        }
        socket.getOutputStream().write(response.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void benchmarkedAtRegistrationAndOnSchedule() throws Exception {
        try (Site site = new Site(socket -> answer(socket, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"))) {
            schedule(site.address(), 100, 50, 4);
            rig.start(rig.settings("exit-1"));
            await().until(() -> told.size() >= 3);
            ExitBenchmarked first = told.get(0);
            assertThat(first.getOutcome()).isEqualTo(Outcome.OK);
            assertThat(first.getLayer()).isEqualTo(FaultLayer.NONE);
            assertThat(first.getStatus()).isEqualTo(200);
            assertThat(first.getTrigger()).isEqualTo("registration");
            assertThat(first.getConnectUs()).isPositive();
            assertThat(first.getTotalUs()).isGreaterThanOrEqualTo(first.getConnectUs());
            assertThat(told.get(1).getTrigger()).isEqualTo("schedule");
        }
    }

    @Test
    void exitsThatMayNotServeNowAreLeftAloneUntilTheyMay() throws Exception {
        try (Site site = new Site(socket -> answer(socket, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"))) {
            resting.add("exit-1");
            schedule(site.address(), 100, 50, 4);
            rig.start(rig.settings("exit-1"));
            rig.start(rig.settings("exit-2"));
            await().until(() -> told.size() >= 3);
            assertThat(told).extracting(ExitBenchmarked::getExitId).containsOnly("exit-2");
            resting.clear();
            await().until(() -> told.stream().anyMatch(each -> each.getExitId().equals("exit-1")));
        }
    }

    @Test
    void bodyThatEndsWithTheConnectionCounts() throws Exception {
        try (Site site = new Site(socket -> answer(socket, "HTTP/1.1 200 OK\r\n\r\nhello"))) {
            schedule(site.address(), 60_000, 60_000, 4);
            rig.start(rig.settings("exit-1"));
            await().until(() -> told.size() == 1);
            assertThat(told.get(0).getOutcome()).isEqualTo(Outcome.OK);
        }
    }

    @Test
    void siteThatIsBrokenIsNotTheExitsFault() throws Exception {
        try (Site site = new Site(socket -> answer(socket, "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"))) {
            schedule(site.address(), 60_000, 60_000, 4);
            rig.start(rig.settings("exit-1"));
            await().until(() -> told.size() == 1);
            assertThat(told.get(0).getLayer()).isEqualTo(FaultLayer.TARGET);
            assertThat(told.get(0).getStatus()).isEqualTo(503);
        }
    }

    @Test
    void siteThatHangsTimesOutAndIsAskedAgainSoon() throws Exception {
        try (Site site =
                new Site(socket -> socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream()))) {
            schedule(site.address(), 600_000, 50, 4);
            rig.start(rig.settings("exit-1"));
            await().atMost(60, TimeUnit.SECONDS).until(() -> told.size() >= 2);
            assertThat(told.get(0).getOutcome()).isEqualTo(Outcome.RESPONSE_TIMEOUT);
            assertThat(told.get(1).getTrigger()).isEqualTo("failure");
        }
    }

    @Test
    void neverMoreAtOnceThanAllowed() throws Exception {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (Site site = new Site(socket -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            answer(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            now.decrementAndGet();
        })) {
            schedule(site.address(), 60_000, 60_000, 2);
            for (int i = 0; i < 12; i++) {
                rig.start(rig.settings("exit-" + i));
            }
            await().until(() -> told.size() == 12);
            assertThat(most.get()).isLessThanOrEqualTo(2);
        }
    }
}
