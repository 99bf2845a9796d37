package io.fairlead.model.canary;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** What the tries through one exit came to, before the canary decided and since. Plain mutable state for one owner. */
public final class ExitTally {

    /** The same of one of both times. */
    static final class Span {
        long tries;
        long carried;
        long timed;
        double logSum;
        double logSquares;

        void add(Tries each) {
            tries += each.carried() + each.failed();
            carried += each.carried();
            timed += each.timed();
            logSum += each.logSum();
            logSquares += each.logSquares();
        }

        private void write(DataOutput out) throws IOException {
            out.writeLong(tries);
            out.writeLong(carried);
            out.writeLong(timed);
            out.writeDouble(logSum);
            out.writeDouble(logSquares);
        }

        private void read(DataInput in) throws IOException {
            tries = in.readLong();
            carried = in.readLong();
            timed = in.readLong();
            logSum = in.readDouble();
            logSquares = in.readDouble();
        }
    }

    final Span before = new Span();
    final Span since = new Span();

    /** Counts tries of before the canary decided. */
    public void before(Tries each) {
        before.add(each);
    }

    /** Counts tries since it decides. */
    public void since(Tries each) {
        since.add(each);
    }

    public void write(DataOutput out) throws IOException {
        before.write(out);
        since.write(out);
    }

    public static ExitTally read(DataInput in) throws IOException {
        ExitTally tally = new ExitTally();
        tally.before.read(in);
        tally.since.read(in);
        return tally;
    }
}
