package io.fairlead.host.clickhouse;

import com.sun.jna.Native;
import com.sun.jna.Platform;

/** The two calls of the C library that the JDK has no name for. */
final class OperatingSystem {
    static {
        Native.register(OperatingSystem.class, Platform.C_LIBRARY_NAME);
    }

    private OperatingSystem() {}

    /**
     * Moves this process into a session and a process group of its own, since {@code SYSTEM SHUTDOWN} signals its whole
     * group, and a terminal's Ctrl-C too.
     *
     * @return the new group, or -1 if this process already leads one
     */
    static native int setsid();

    /**
     * Ends the process at once without running the static destructors of the engine, which race its still live threads.
     *
     * @param status what the parent sees as exit code
     */
    static native void _exit(int status);
}
