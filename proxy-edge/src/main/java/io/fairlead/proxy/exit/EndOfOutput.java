package io.fairlead.proxy.exit;

/**
 * Written to a tunnel after the last byte: nothing more will follow in this direction, while the other stays open (what
 * {@code shutdownOutput} is for a socket). Writes after it fail. Handlers between pass it on.
 */
public enum EndOfOutput {
    INSTANCE
}
