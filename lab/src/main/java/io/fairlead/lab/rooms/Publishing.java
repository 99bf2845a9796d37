package io.fairlead.lab.rooms;

import java.io.IOException;
import java.net.URI;

/** Sends a picture to a room at the speed of time, until it is interrupted or the other end goes. */
sealed interface Publishing permits ClockPublishing, FfmpegPublishing {

    /** What it is, for people. */
    String name();

    /** @throws IOException if it could not go on, saying why */
    void publish(URI to) throws IOException, InterruptedException;
}
