package io.fairlead.cli.flink;

import java.util.List;

/** What Flink says of a failure is a stack of causes; what helps is mostly the last of them. */
final class JobFailure {

    /** How a cause begins in a stack. */
    static final String CAUSE = "Caused by: ";

    private static final String FORGOTTEN_STATE = "allowNonRestoredState";

    private JobFailure() {}

    /** The last cause of a stack, and what to do about it if that is known. */
    static String sentence(String stack) {
        List<String> causes = stack.lines()
                .filter(line -> !line.startsWith("\t") && !line.isBlank() && !line.startsWith("End of exception"))
                .toList();
        if (causes.isEmpty()) {
            return "Flink did not say why";
        }
        String last = causes.get(causes.size() - 1).replaceFirst("^\\s*" + CAUSE, "");
        String told = last.replaceFirst("^(?:[\\w$]+\\.)+(?=[\\w$]+(?::|$))", "");
        return stack.contains(FORGOTTEN_STATE)
                ? "the savepoint has state that this jar has no operator for (" + told
                        + "). If that state may be left behind, say --drop-unknown-state"
                : told;
    }
}
