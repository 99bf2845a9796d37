package io.fairlead.relay.room;

/** Written to a channel of {@link Framing#STREAM}: nothing follows. */
public enum EndOfStream {
    INSTANCE
}
