package io.fairlead.lab.rooms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo's room with the built-in picture; Kafka is away, which relays don't mind. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LiveRoomsTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int VIEWERS = 12;
    private static final String CLIENT = LiveRooms.CLIENTS.get(0);

    private LiveRooms rooms;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        rooms = LiveRooms.start(Map.of("bootstrap.servers", "127.0.0.1:1"), directory, VIEWERS, 250, true);
        await().atMost(PATIENCE).until(() -> {
            LiveRooms.Picture now = rooms.picture();
            return now.viewers() == VIEWERS && now.carriers() == LiveRooms.CLIENTS.size() && now.startP95Ms() >= 0;
        });
    }

    @AfterAll
    void end() throws Exception {
        if (rooms != null) {
            rooms.close();
        }
    }

    @Test
    void whenTheMasterLeavesAnotherFollowsAndNobodyIsCutOff() throws Exception {
        assertPromoted(rooms.leaveMaster(CLIENT));
        await().atMost(PATIENCE).until(() -> rooms.picture().viewers() == VIEWERS);
    }

    @Test
    void whenTheMastersStreamFallsSilentTheSpareFollowsAndNobodyIsCutOff() throws Exception {
        assertPromoted(rooms.silenceUpstream(CLIENT));
    }

    private void assertPromoted(LiveRooms.Promotion seen) {
        System.out.println(seen);
        assertThat(seen.promoted()).startsWith("viewer-").isNotEqualTo(seen.master());
        assertThat(seen.viewers()).as("who stayed").isGreaterThanOrEqualTo(VIEWERS / 2 - 1);
        assertThat(seen.cutOff()).isZero();
        assertThat(seen.repeatedFrames()).as("repeated: %s", seen).isZero();
        assertThat(rooms.picture().cutOff()).isZero();
    }

    @Test
    void aRelayClientThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> rooms.leaveMaster("relay-oslo"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no relay client 'relay-oslo'; there are relay-sao, relay-sin");
    }
}
