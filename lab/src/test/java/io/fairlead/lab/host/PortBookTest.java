package io.fairlead.lab.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortBookTest {
    @TempDir
    Path data;

    private final List<String> notices = new ArrayList<>();

    @Test
    void nextLifeFindsThePortsOfTheFormer() throws Exception {
        Map<String, Integer> first = book(0).claim();

        assertThat(book(0).claim()).isEqualTo(first);
        assertThat(notices).isEmpty();
    }

    @Test
    void portTakenByAStrangerIsReplacedAndSaid() throws Exception {
        int former = book(0).claim().get("port");
        try (ServerSocket stranger = new ServerSocket(former, 1, InetAddress.getLoopbackAddress())) {
            int now = book(0).claim().get("port");

            assertThat(now).isNotEqualTo(stranger.getLocalPort());
            assertThat(notices).singleElement().asString().contains("Port " + former, "it is now " + now);
        }
    }

    @Test
    void portAskedForByNumberIsNeverReplaced() throws Exception {
        try (ServerSocket stranger = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> book(stranger.getLocalPort()).claim())
                    .isInstanceOf(HostFailure.class)
                    .hasMessageContaining("Port " + stranger.getLocalPort() + " (Kafka, port) is taken");
        }
    }

    @Test
    void pickedPortsAreOutsideTheRangeOfOutgoingConnections() throws Exception {
        assertThat(book(0).claim().values())
                .allMatch(port -> port >= 20_000 && port < 32_000)
                .doesNotHaveDuplicates();
    }

    private PortBook book(int port) {
        return new PortBook("Kafka", data, Map.of("port", port, "controllerPort", 0), new Random(7), notices::add);
    }
}
