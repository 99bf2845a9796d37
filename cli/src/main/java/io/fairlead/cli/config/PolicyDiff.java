package io.fairlead.cli.config;

import java.io.PrintWriter;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code fairlead policy diff}. */
@Command(name = "diff", description = "What differs between two revisions of a policy, or between the default and now.")
final class PolicyDiff extends OnPolicy {

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "REVISION",
            description = "The one before (default: 0, which is the built-in default).")
    private @Nullable Long before;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "REVISION",
            description = "The one after (default: the newest).")
    private @Nullable Long after;

    @Override
    int run(String key, SpecificRecord fallback, PrintWriter out) {
        PolicyRevisions revisions = PolicyRevisions.of(store(), key, fallback);
        long from = before == null ? 0 : before;
        long to = after == null ? revisions.newest() : after;
        List<String> lines = ConfigDocument.changes(revisions.effective(from), revisions.effective(to));
        out.println(key + ", " + named(from) + " → " + named(to) + (lines.isEmpty() ? ": the same." : ":"));
        lines.forEach(line -> out.println("  " + line));
        return 0;
    }

    private static String named(long revision) {
        return revision == 0 ? "default" : "revision " + revision;
    }
}
