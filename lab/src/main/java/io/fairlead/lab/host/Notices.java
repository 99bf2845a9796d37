package io.fairlead.lab.host;

import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/** Where hosts' notices go when nobody has asked for them. */
final class Notices {
    static final Consumer<String> LOGGED = LoggerFactory.getLogger("io.fairlead.lab.host")::warn;

    private Notices() {}
}
