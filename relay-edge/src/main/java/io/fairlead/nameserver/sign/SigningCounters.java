package io.fairlead.nameserver.sign;

import java.util.concurrent.atomic.LongAdder;

/** What signing came to, of all event loops. */
public final class SigningCounters {

    /** Signatures that were made. */
    public final LongAdder made = new LongAdder();

    /** Signatures that were remembered. */
    public final LongAdder remembered = new LongAdder();

    /** Answers that could not be signed, as too many new signatures were wanted. */
    public final LongAdder refused = new LongAdder();
}
