package io.fairlead.lab.host;

import java.util.Collection;
import java.util.OptionalLong;

/** A server in a process of its own, with its data in one directory. {@link #close()} ends it in order and keeps the data. */
public sealed interface Host extends AutoCloseable
        permits KafkaProcess, FlinkProcess, ClickHouseProcess, CommandProcess {
    /** The process through all its lives. */
    HostProcess process();

    default boolean isAlive() {
        return process().isAlive();
    }

    default long pid() {
        return process().pid();
    }

    /** @return resident memory, or empty where the operating system does not tell, or while the host is down */
    default OptionalLong rssBytes() {
        return process().rssBytes();
    }

    /** Kills it with -9. */
    default void kill() {
        process().kill();
    }

    /** Starts it again on the same data; stops it first if it is alive. */
    default void restart() throws HostFailure {
        process().restart();
    }

    /** Ends it in order within 8 s, else by force. {@link #restart()} brings it back. */
    default void stop() {
        process().stop();
    }

    @Override
    default void close() {
        stop();
    }

    /** Ends all of them at the same time, so that the slowest alone counts. */
    static void closeAll(Collection<? extends Host> hosts) {
        hosts.parallelStream().forEach(Host::close);
    }
}
