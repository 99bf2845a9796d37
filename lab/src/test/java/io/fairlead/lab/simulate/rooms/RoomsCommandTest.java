package io.fairlead.lab.simulate.rooms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.lab.simulate.rooms.RoomSetup.Kind;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Rooms and legs through ten thousand random events: what is promised to viewers holds after every one, and it was put to the test. */
class RoomsCommandTest {

    private static final int EVENTS = 10_000;

    /** The third began anew twice within half a second, and sound went on alone. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 1_092})
    void aRoomKeepsItsPromisesThroughTenThousandEvents(long seed) {
        RoomTally tally = RoomsCommand.run(new RoomSetup(Kind.ROOM, seed, EVENTS));
        assertThat(tally.counts())
                .allSatisfy((what, count) -> assertThat(count).as(what).isPositive());
    }

    /** In the third all that is left had been held up from its first frame on. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 1_157})
    void oneStreamOfALegCarriesThroughTenThousandEvents(long seed) {
        RoomTally tally = RoomsCommand.run(new RoomSetup(Kind.LEG, seed, EVENTS));
        assertThat(tally.count("carriers chosen")).isGreaterThan(200);
        assertThat(tally.count("promotions")).isGreaterThan(80);
        assertThat(tally.count("refusals")).isPositive();
        assertThat(tally.count("resets")).isPositive();
        assertThat(tally.count("stalls")).isPositive();
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        RoomSetup setup = new RoomSetup(Kind.LEG, 3, 500);
        assertThat(RoomsCommand.run(setup)).isEqualTo(RoomsCommand.run(setup));
    }

    @Test
    void aPromiseThatDoesNotHoldSaysHowToSeeItAgain() {
        Promises promises = new Promises(new RoomSetup(Kind.LEG, 42, EVENTS));
        promises.at(1_234);
        assertThatThrownBy(() -> promises.hold(false, "%d streams carry", 2))
                .hasMessage("2 streams carry, at event 1,234; seed 42. See it again by: "
                        + "fairlead simulate rooms --only LEG --seed 42 --seeds 1 --steps 10000");
    }

    @Test
    void theCommandRunsWhatItSaysAndRefusesWhatIsNone() {
        StringWriter out = new StringWriter();
        CommandLine command = new CommandLine(new RoomsCommand()).setOut(new PrintWriter(out));
        assertThat(command.execute("--seed", "7", "--seeds", "2", "--steps", "300"))
                .isZero();
        assertThat(out.toString())
                .contains("room, seed 7: ", "leg, seed 8: ", "4 runs of 300 events, and every promise held.");
        StringWriter err = new StringWriter();
        command.setErr(new PrintWriter(err));
        assertThat(command.execute("--seeds", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--seeds is 0");
    }
}
