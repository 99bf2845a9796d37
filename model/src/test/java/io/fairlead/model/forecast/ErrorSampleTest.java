package io.fairlead.model.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What errors make of a point. */
class ErrorSampleTest {

    @Test
    void holdsNineOfTenWhateverTheLaw() {
        SplittableRandom random = new SplittableRandom(1);
        ErrorSample sample = new ErrorSample(5);
        int covered = 0;
        for (int minute = 0; minute < 20_000; minute++) {
            double error = Math.exp(3 * random.nextDouble()) - 2; // mostly small, seldom large, never under −1
            if (minute >= 288) {
                covered += sample.around(100, 2).covers(100 + 2 * error) ? 1 : 0;
            }
            sample.add(minute, error);
        }
        assertThat(covered / 19_712.0).isCloseTo(0.9, within(0.01));
        assertThat(sample.around(100, 2).low()).isBetween(97.9, 98.6);
        assertThat(sample.around(100, 2).high()).isBetween(128.0, 138.0);
    }

    @Test
    void isWiderWhereErrorsAreFew() {
        assertThat(width(10)).as("ten").isCloseTo(1, within(1e-6));
        assertThat(width(100)).as("a hundred, of them twenty independent").isCloseTo(0.924, within(0.001));
        assertThat(width(5_000)).as("many").isCloseTo(0.908, within(0.001));
    }

    /** Of the interval, as a share of that from the least error to the greatest; errors are spread evenly. */
    private static double width(int errors) {
        ErrorSample sample = new ErrorSample(5);
        for (int i = 0; i < errors; i++) {
            sample.add(i, i);
        }
        Quantiles told = sample.around(0, 1);
        return (told.high() - told.low()) / (sample.count() - 1);
    }

    @Test
    void ofLongHorizonsKeepsOneInTwelve() throws IOException {
        ErrorSample sample = new ErrorSample(60);
        for (int minute = 0; minute < 600; minute++) {
            sample.add(minute, minute);
        }
        assertThat(sample.count()).isEqualTo(50);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        sample.write(new DataOutputStream(bytes));
        ErrorSample read = new ErrorSample(60);
        read.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        assertThat(read.around(0, 1)).isEqualTo(sample.around(0, 1));
    }
}
