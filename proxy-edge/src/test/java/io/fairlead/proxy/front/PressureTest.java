package io.fairlead.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.proxy.attempt.AttemptSettings;
import io.fairlead.proxy.front.Pressure.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Load is shed in steps, each when it is due and not to and fro. */
@Timeout(60)
class PressureTest {

    private final AtomicReference<Double> heap = new AtomicReference<>(0.0);
    private final AtomicReference<Double> descriptors = new AtomicReference<>(0.0);
    private final Pressure pressure = new Pressure(
            PressureSettings.DEFAULTS,
            List.of(new Pressure.Part("heap", heap::get), new Pressure.Part("descriptors", descriptors::get)));

    private Step at(double heapFill, double descriptorFill) {
        heap.set(heapFill);
        descriptors.set(descriptorFill);
        return pressure.look();
    }

    @Test
    void stepsRiseWithTheFullestAndFallLater() {
        assertThat(at(0.5, 0.79)).isEqualTo(Step.CALM);
        assertThat(pressure.complaint()).isEmpty();
        assertThat(at(0.5, 0.80)).isEqualTo(Step.NO_KEEP_ALIVE);
        assertThat(pressure.complaint()).contains("descriptors 80 % full", "closed after their request");
        assertThat(at(0.91, 0.80)).isEqualTo(Step.NO_ACCEPT);
        assertThat(at(0.97, 0.80)).isEqualTo(Step.RESET);
        assertThat(at(0.93, 0.80)).as("not 5 % below 96 %").isEqualTo(Step.RESET);
        assertThat(at(0.905, 0.80)).isEqualTo(Step.NO_ACCEPT);
        assertThat(at(0.86, 0.80)).as("not 5 % below 90 %").isEqualTo(Step.NO_ACCEPT);
        assertThat(at(0.77, 0.10)).isEqualTo(Step.NO_KEEP_ALIVE);
        assertThat(at(0.74, 0.10)).isEqualTo(Step.CALM);
        assertThat(at(0.99, 0.10)).as("straight to the last").isEqualTo(Step.RESET);
        assertThat(at(0.0, 0.0)).as("and straight back").isEqualTo(Step.CALM);
    }

    /** Ten connections at most: 8 of them are the first step, 9 the second; then the costliest goes. */
    @Test
    void connectionsThatFillTheEdgeAreShed() throws Exception {
        PressureSettings steps = new PressureSettings(0.75, 0.85, 0.98, 0.05, 0.02);
        try (FrontRig rig = new FrontRig(
                        FrontSettings.DEFAULTS.withMaxConnections(10, 10).withPressure(steps),
                        AttemptSettings.DEFAULTS);
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            String request = "GET " + site.url("/") + " HTTP/1.1\r\nHost: 127.0.0.1:" + site.port() + "\r\n"
                    + Raw.AUTHORIZATION + "\r\n";
            List<Raw> clients = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                clients.add(new Raw(rig.front.address()));
            }
            await().until(() -> rig.front.counters().openConnections() == 7);
            assertThat(clients.get(0).send(request).head()).doesNotContain("connection: close");
            clients.add(new Raw(rig.front.address()));
            await().until(() -> rig.front.pressure().contains("connections 80 % full"));
            assertThat(clients.get(1).send(request).head())
                    .as("no more keep-alive")
                    .startsWith("HTTP/1.1 200")
                    .contains("connection: close");
            await().until(() -> rig.front.counters().openConnections() == 7);
            clients.add(new Raw(rig.front.address()));
            clients.add(new Raw(rig.front.address()));
            await().until(() -> rig.front.pressure().contains("no connections are accepted"));
            Raw waiting = new Raw(rig.front.address()); // the system takes it, the edge does not
            clients.add(waiting);
            clients.get(2).close();
            clients.get(3).close();
            assertThat(waiting.send(request).head())
                    .as("accepted when there is room")
                    .startsWith("HTTP/1.1 200");
            for (Raw client : clients) {
                client.close();
            }
            await().until(() -> rig.front.pressure().isEmpty());
        }
    }

    @Test
    void atTheEndTheCostliestAreReset() throws Exception {
        PressureSettings steps = new PressureSettings(0.1, 0.2, 0.45, 0.05, 0.02);
        try (FrontRig rig = new FrontRig(
                        FrontSettings.DEFAULTS.withMaxConnections(10, 10).withPressure(steps),
                        AttemptSettings.DEFAULTS);
                WebSite site = new WebSite((head, body, socket) -> {
                    socket.getOutputStream()
                            .write(WebSite.bytes("HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n"));
                    byte[] part = new byte[100_000];
                    for (int i = 0; i < 500; i++) {
                        socket.getOutputStream().write(part);
                    }
                    return null;
                })) {
            rig.exit("exit-01");
            List<Raw> clients = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                clients.add(new Raw(rig.front.address()));
            }
            clients.get(3)
                    .send("GET " + site.url("/") + " HTTP/1.1\r\nHost: 127.0.0.1:" + site.port() + "\r\n"
                            + Raw.AUTHORIZATION + "\r\n");
            await().until(() -> rig.front.counters().resetUnderPressure() > 0);
            await().until(() -> !rig.requests.isEmpty());
            assertThat(rig.requests.get(0).getOutcome())
                    .isEqualTo(io.fairlead.schemas.telemetry.Outcome.LIMIT_EXCEEDED);
            for (Raw client : clients) {
                client.close();
            }
        }
    }

    @Test
    void theProcessKnowsHowFullItIs() {
        MachineFill machine = new MachineFill(0.8, System::nanoTime);
        assertThat(machine.heap()).isBetween(0.0, 1.0);
        assertThat(MachineFill.descriptors()).isBetween(0.0, 1.0);
        assertThat(MachineFill.directMemory()).isBetween(0.0, 1.0);
        assertThat(MachineFill.descriptorLimit()).isPositive();
    }
}
