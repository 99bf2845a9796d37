package io.fairlead.lab.replay;

import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.Recording;
import java.io.IOException;
import java.util.List;

/** Where recorded telemetry is kept. */
interface Store extends AutoCloseable {

    /** What and where it is, for messages. */
    String name();

    /**
     * Copies what arrived within a span, in the order of its arrival.
     *
     * @param fromMs included, ms since the Unix epoch
     * @param toMs not included
     * @param recordsMax most records; one more is an error
     * @throws io.fairlead.cli.UserError when it can't be reached, or holds more
     */
    void copy(long fromMs, long toMs, long recordsMax, Recording.Writer to) throws IOException;

    /**
     * The policies in force at a time, as records of their topic by rising offset.
     *
     * @throws io.fairlead.cli.UserError when it can't be reached
     */
    List<RawRecord> policies(long atMs) throws IOException;

    /** When the oldest telemetry in it arrived, in words; empty: there is none. */
    String oldest() throws IOException;

    @Override
    void close() throws IOException;
}
