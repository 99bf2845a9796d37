package io.fairlead.edge.link;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is made of a few files that belong together, such as a certificate and its key, and made anew when they change. What can't be used is told once,
 * and the former stays in use.
 *
 * <p>Files are looked at every second by a thread of its own, and taken when two looks in a row find the same: whoever replaces several files
 * writes one after the other.
 *
 * @param <T> what is made of them, safe for use by several threads
 */
public final class FollowedFiles<T> implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FollowedFiles.class);
    private static final int LOOK_MS = 1_000;

    /**
     * A file.
     *
     * @param what it is, for people: "user certificate"
     */
    public record Named(String what, Path path) {}

    /** Makes something of the files. */
    @FunctionalInterface
    public interface Reading<T> {

        /**
         * @param contents of the files, in their order
         * @throws IOException if they can't be used; the message says why
         */
        T read(List<byte[]> contents) throws IOException;
    }

    private static final List<byte[]> NOTHING = List.of();

    private final String what;
    private final List<Named> files;
    private final Reading<T> reading;
    private final LongAdder taken = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final ScheduledExecutorService looking;

    private List<byte[]> inUse;
    private List<byte[]> seen;
    private List<byte[]> judged;
    private volatile T made;
    private volatile String problem = "";

    private FollowedFiles(String what, List<Named> files, Reading<T> reading, List<byte[]> first) throws IOException {
        this.what = what;
        this.files = files;
        this.reading = reading;
        this.inUse = first;
        this.seen = first;
        this.judged = first;
        this.made = reading.read(first);
        this.looking = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, what.replace(' ', '-'));
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Reads the files and begins to follow them.
     *
     * @param what is made of them, for logs: "certificate for users"
     * @throws IOException if they can't be used; the message says why
     */
    public static <T> FollowedFiles<T> follow(String what, List<Named> files, Reading<T> reading) throws IOException {
        FollowedFiles<T> followed = new FollowedFiles<>(what, List.copyOf(files), reading, contents(files));
        followed.looking.scheduleWithFixedDelay(followed::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
        return followed;
    }

    /** Reads them once, and does not follow them; as {@link #follow}. */
    public static <T> T once(List<Named> files, Reading<T> reading) throws IOException {
        return reading.read(contents(files));
    }

    /** What is in use. Any thread. */
    public T now() {
        return made;
    }

    /** Why the files as they are now are not in use; empty: they are. Any thread. */
    public String problem() {
        return problem;
    }

    /** How often they were taken while they were followed. */
    public long taken() {
        return taken.sum();
    }

    /** How often they could not be used. */
    public long refused() {
        return refused.sum();
    }

    private void look() {
        try {
            List<byte[]> now = contents(files);
            boolean still = same(now, seen);
            seen = now;
            if (still && !same(now, judged)) {
                judged = now;
                take(now);
            }
        } catch (IOException e) {
            boolean still = seen.isEmpty();
            seen = NOTHING;
            if (still && !judged.isEmpty()) {
                judged = NOTHING;
                refuse(e);
            }
        } catch (RuntimeException e) {
            LOG.error("The {} could not be looked at.", what, e);
        }
    }

    private void take(List<byte[]> now) {
        if (same(now, inUse)) {
            problem = "";
            return;
        }
        try {
            made = reading.read(now);
            inUse = now;
            problem = "";
            taken.increment();
            LOG.info("Took a new {} from {}: {}.", what, files.get(0).path, made);
        } catch (IOException e) {
            refuse(e);
        }
    }

    private void refuse(IOException why) {
        problem = why.getMessage() + "; the former stays in use";
        refused.increment();
        LOG.warn("The new {} is not taken: {}.", what, problem);
    }

    private static boolean same(List<byte[]> one, List<byte[]> two) {
        if (one.size() != two.size()) {
            return false;
        }
        for (int each = 0; each < one.size(); each++) {
            if (!Arrays.equals(one.get(each), two.get(each))) {
                return false;
            }
        }
        return true;
    }

    private static List<byte[]> contents(List<Named> files) throws IOException {
        byte[][] contents = new byte[files.size()][];
        for (int each = 0; each < contents.length; each++) {
            contents[each] = read(files.get(each));
        }
        return List.of(contents);
    }

    private static byte[] read(Named file) throws IOException {
        try {
            return Files.readAllBytes(file.path);
        } catch (NoSuchFileException e) {
            throw new IOException("the " + file.what + " " + file.path + " does not exist", e);
        } catch (IOException e) {
            throw new IOException("the " + file.what + " " + file.path + " can't be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        looking.shutdownNow();
    }
}
