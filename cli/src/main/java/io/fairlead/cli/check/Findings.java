package io.fairlead.cli.check;

import java.io.PrintWriter;

/** Looks at one thing after the other and prints what was found, a line each. */
public final class Findings {

    private final PrintWriter out;
    private int wrong;

    public Findings(PrintWriter out) {
        this.out = out;
    }

    /** Something that may be wrong; the message of what it throws says what to do. */
    @FunctionalInterface
    public interface Check {
        /** What is right. */
        String run() throws Exception;
    }

    /** Whether it is right. */
    public boolean look(String what, Check check) {
        try {
            out.println("ok     " + what + ": " + check.run());
            return true;
        } catch (Exception e) {
            wrong++;
            out.println("WRONG  " + what + ": "
                    + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()));
            return false;
        }
    }

    /** Says what was not looked at, and why. */
    public void left(String what) {
        out.println("left   " + what);
    }

    /**
     * Says how it was, in a last line.
     *
     * @param process what is to be started
     * @return how many findings are wrong
     */
    public int end(String process) {
        return end(wrong + " of these must be put right before the " + process + " is started.", wrong);
    }

    /** Says how it was, where nothing is to be started: {@link #end(String)}. */
    public int end() {
        return end(wrong == 1 ? "One of these is wrong." : wrong + " of these are wrong.", wrong);
    }

    private int end(String sentence, int count) {
        out.println(count == 0 ? "Nothing is wrong." : sentence);
        return count;
    }
}
