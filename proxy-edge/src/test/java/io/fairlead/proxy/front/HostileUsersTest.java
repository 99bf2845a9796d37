package io.fairlead.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.proxy.attempt.AttemptSettings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HostileUsersTest {

    @Test
    void headThatNeverEndsIsCutOff() throws Exception {
        try (FrontRig rig = new FrontRig(
                FrontSettings.DEFAULTS.withTimeouts(300, 60_000, 60_000, 60_000), AttemptSettings.DEFAULTS)) {
            try (Raw client = new Raw(rig.front.address())) {
                client.send("GET http://x/ HTTP/1.1\r\nHost: x\r\nX: ");
                assertThat(client.rest()).startsWith("HTTP/1.1 408 ");
            }
        }
    }

    @Test
    void connectionThatSaysNothingIsClosed() throws Exception {
        try (FrontRig rig = new FrontRig(
                FrontSettings.DEFAULTS.withTimeouts(10_000, 300, 60_000, 60_000), AttemptSettings.DEFAULTS)) {
            try (Raw client = new Raw(rig.front.address())) {
                assertThat(client.rest()).isEmpty();
            }
        }
    }

    @Test
    void tunnelWithoutBytesIsClosed() throws Exception {
        try (FrontRig rig = new FrontRig(
                        FrontSettings.DEFAULTS.withTimeouts(10_000, 60_000, 60_000, 300), AttemptSettings.DEFAULTS);
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            try (Raw client = new Raw(rig.front.address())) {
                client.send(
                        "CONNECT 127.0.0.1:" + site.port() + " HTTP/1.1\r\nHost: x\r\n" + Raw.AUTHORIZATION + "\r\n");
                assertThat(client.head()).startsWith("HTTP/1.1 200");
                assertThat(client.rest()).isIn("", "<reset>");
            }
        }
    }

    @Test
    void oneSourceGetsNoMoreThanItsConnections() throws Exception {
        try (FrontRig rig = new FrontRig(FrontSettings.DEFAULTS.withMaxConnections(100, 3), AttemptSettings.DEFAULTS)) {
            List<Raw> clients = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                clients.add(new Raw(rig.front.address()));
            }
            await().until(() -> rig.front.counters().openConnections() == 3);
            try (Raw tooMany = new Raw(rig.front.address())) {
                assertThat(tooMany.rest()).isIn("", "<reset>");
            }
            assertThat(rig.front.counters().refusedOverSource()).isEqualTo(1);
            clients.get(0).close();
            await().until(() -> rig.front.counters().openConnections() == 2);
            try (Raw again = new Raw(rig.front.address())) {
                again.send("GET http://127.0.0.1:1/ HTTP/1.1\r\nHost: x\r\n\r\n");
                assertThat(again.head()).startsWith("HTTP/1.1 407");
            }
            for (Raw client : clients) {
                client.close();
            }
        }
    }

    @Test
    void guessingSecretsSlowsTheGuesserButNotWhoIsKnown() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            assertThat(rig.curl(site.url("/")).status()).isEqualTo(200);
            int status = 407;
            for (int guess = 0; guess < 20 && status == 407; guess++) {
                status = rig.curlAs("acme:guess" + guess, site.url("/")).status();
            }
            assertThat(status).isEqualTo(429);
            assertThat(rig.curl(site.url("/")).status()).isEqualTo(200);
        }
    }

    @Test
    void manyConnectionsWithTheSameSecretCostOneVerification() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            List<Process> clients = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                clients.add(
                        Curl.start(List.of("-x", "http://" + rig.address(), "-U", FrontRig.USER, "-f", site.url("/"))));
            }
            for (Process client : clients) {
                assertThat(client.waitFor()).isZero();
            }
            assertThat(rig.gate.verifications()).isEqualTo(1);
        }
    }
}
