package io.fairlead.proxy.accesslog;

import java.nio.file.Path;

/**
 * Settings of an access log.
 *
 * @param file that is written; older ones are beside it, with {@code .1}, {@code .2}… behind the name
 * @param fileBytesMax a file is closed when it has so many bytes
 * @param filesMax files in all; over it the oldest goes
 * @param queueLinesMax lines that may wait for the disk; over it they are dropped, and counted
 */
public record AccessLogSettings(Path file, long fileBytesMax, int filesMax, int queueLinesMax) {

    public AccessLogSettings {
        if (fileBytesMax < 1 || filesMax < 1 || queueLinesMax < 1) {
            throw new IllegalArgumentException("access log: fileBytesMax is " + fileBytesMax + ", filesMax " + filesMax
                    + ", queueLinesMax " + queueLinesMax + "; all must be positive");
        }
    }

    /** 8 files of 64 MiB, 16 384 lines. */
    public static AccessLogSettings of(Path file) {
        return new AccessLogSettings(file, 64L << 20, 8, 16_384);
    }
}
