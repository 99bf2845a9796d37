package io.fairlead.relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RoomPathTest {

    @Test
    void roomsAndKeysAreRead() {
        assertThat(RoomPath.of("/live/a.flv")).isEqualTo(new RoomPath("live/a", RoomPath.Form.FLV, null, ""));
        assertThat(RoomPath.of("/live/a?key=x%20y&key=z"))
                .isEqualTo(new RoomPath("live/a", RoomPath.Form.NONE, "x y", "key=x%20y&key=z"));
        assertThat(RoomPath.of("/live/hd/a-1_2.x.flv?"))
                .isEqualTo(new RoomPath("live/hd/a-1_2.x", RoomPath.Form.FLV, null, ""));
    }

    @Test
    void theSuffixSaysWhatIsAskedFor() {
        assertThat(RoomPath.of("/live/a.ts?key=k")).isEqualTo(new RoomPath("live/a", RoomPath.Form.TS, "k", "key=k"));
        assertThat(RoomPath.of("/live/a.flv.ts")).isEqualTo(new RoomPath("live/a.flv", RoomPath.Form.TS, null, ""));
    }

    @Test
    void nothingElseIsARoom() {
        for (String target : List.of(
                "/a.flv",
                "/",
                "",
                "*",
                "live/a.flv",
                "/live//a.flv",
                "/live/../etc.flv",
                "/live/./a.flv",
                "/live/...flv",
                "/../a/b.flv",
                "/live/%2e%2e/a.flv",
                "/live/a%0d%0ab.flv",
                "/live/%zz.flv",
                "/live/ä.flv",
                "/a/b/c/d/e.flv",
                "/live/" + "a".repeat(65) + ".flv")) {
            assertThat(RoomPath.of(target)).as(target).isNull();
        }
    }
}
