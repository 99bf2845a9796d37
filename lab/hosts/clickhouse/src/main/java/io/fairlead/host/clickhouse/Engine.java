package io.fairlead.host.clickhouse;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.StringArray;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The engine library, bound once a process: it can be run a single time, because a second run in the same process fails and
 * then hangs at the end.
 *
 * <p>{@code chdb_query_cmdline} is {@code clickhouse local}; its own HTTP server is started by the statement {@code SYSTEM
 * START LISTEN}.
 */
final class Engine {
    private static final int RTLD_NOW = 2;

    private Engine() {}

    /**
     * Loads the library and keeps its hands off the signals of the JVM. This has to come before every other call: the engine
     * would otherwise take over SIGSEGV and its like, and the next NullPointerException in Java would end the process.
     */
    static void load(Path library) {
        NativeLibrary engine =
                NativeLibrary.getInstance(library.toString(), Map.of(Library.OPTION_OPEN_FLAGS, RTLD_NOW));
        Native.register(Calls.class, engine);
        Calls.chdb_set_signal_handlers_enabled(0);
    }

    /** Runs the engine on this thread until its last statement ends. The thread needs 16 MiB of stack. */
    static void run(List<String> arguments) {
        String[] argv = arguments.toArray(String[]::new);
        Calls.chdb_query_cmdline(argv.length, new StringArray(argv));
    }

    static final class Calls {
        private Calls() {}

        static native void chdb_set_signal_handlers_enabled(int enabled);

        static native Pointer chdb_query_cmdline(int argc, StringArray argv);
    }
}
