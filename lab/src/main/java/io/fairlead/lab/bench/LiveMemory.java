package io.fairlead.lab.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * What a Java process holds, after a full collection: live objects, and what it has of the operating system for buffers, threads and locks.
 * Code, classes and the collector's own are left out, and so is what the kernel keeps for sockets. The process runs with the serial
 * collector and {@link #TRACKED}.
 *
 * @param heapBytes of live objects
 * @param nativeBytes beside the heap
 */
public record LiveMemory(long heapBytes, long nativeBytes) {

    /** Option of the process that is looked at. */
    public static final String TRACKED = "-XX:NativeMemoryTracking=summary";

    private static final Pattern LIVING = Pattern.compile("(?m)^Total +\\d+ +(\\d+)$");
    private static final Pattern NATIVE =
            Pattern.compile("- +(?:Internal|Other|Thread|Synchronization) \\(reserved=\\d+KB, committed=(\\d+)KB\\)");

    /** Looks at a process now. */
    public static LiveMemory of(long pid) throws IOException, InterruptedException {
        return new LiveMemory(heapOf(pid), sum(NATIVE, asked(pid, "VM.native_memory", "summary", "scale=KB")) << 10);
    }

    /** Live objects alone, bytes; the process needs no option for it. */
    public static long heapOf(long pid) throws IOException, InterruptedException {
        asked(pid, "GC.run"); // what this frees by way of references is gone with the collection of the histogram
        return sum(LIVING, asked(pid, "GC.class_histogram"));
    }

    public long bytes() {
        return heapBytes + nativeBytes;
    }

    private static long sum(Pattern pattern, String said) throws IOException {
        List<MatchResult> found = pattern.matcher(said).results().toList();
        if (found.isEmpty()) {
            throw new IOException("the process does not tell of its memory; it said: " + said.strip());
        }
        return found.stream().mapToLong(each -> Long.parseLong(each.group(1))).sum();
    }

    private static String asked(long pid, String... what) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process process = new ProcessBuilder(jcmd.toString(), Long.toString(pid), String.join(" ", what))
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("process " + pid + " can't be asked for " + what[0] + ": " + said.strip());
        }
        return said;
    }
}
