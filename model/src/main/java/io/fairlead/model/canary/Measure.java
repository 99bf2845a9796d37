package io.fairlead.model.canary;

/** What arms are compared by: each a mean over tries. */
enum Measure {
    /** Share of tries that were carried through. */
    SUCCESS {
        @Override
        double weight(ExitTally.Span span) {
            return span.tries;
        }

        @Override
        double sum(ExitTally.Span span) {
            return span.carried;
        }

        @Override
        double squares(ExitTally.Span span) {
            return span.carried;
        }
    },
    /** Natural logarithm of the time to the first byte, ms: its mean is that of the geometric mean, a difference a ratio. */
    LOG_FIRST_BYTE {
        @Override
        double weight(ExitTally.Span span) {
            return span.timed;
        }

        @Override
        double sum(ExitTally.Span span) {
            return span.logSum;
        }

        @Override
        double squares(ExitTally.Span span) {
            return span.logSquares;
        }
    };

    abstract double weight(ExitTally.Span span);

    abstract double sum(ExitTally.Span span);

    abstract double squares(ExitTally.Span span);
}
