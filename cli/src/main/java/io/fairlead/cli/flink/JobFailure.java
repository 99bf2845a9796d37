package io.fairlead.cli.flink;

import java.util.List;

/** What Flink says of a failure is a stack of causes; what helps is mostly the last of them. */
final class JobFailure {

    /** How a cause begins in a stack. */
    static final String CAUSE = "Caused by: ";

    /** By a word of the stack that tells it from others: what it means, and what to do. Of several the first counts. */
    private static final List<Remedy> REMEDIES = List.of(
            new Remedy(
                    "allowNonRestoredState",
                    "the savepoint has state that this jar has no operator for (",
                    "). If that state may be left behind, say --drop-unknown-state"),
            new Remedy(
                    "StateMigrationException",
                    "the savepoint's state does not fit this jar (",
                    "). Start the jar that took it, and take the versions between one after the other"),
            new Remedy(
                    "Cannot find checkpoint or savepoint",
                    "there is no savepoint (",
                    "). Give --from a path that the cluster itself sees, such as one that fairlead jobs savepoint has printed"),
            new Remedy(
                    "UnknownTopicOrPartitionException",
                    "Kafka lacks topics that it reads (",
                    "). Make them: fairlead topics apply"),
            new Remedy(
                    "Timed out waiting for a node assignment",
                    "Kafka does not answer it (",
                    "). Is that its address as the cluster sees it (-- --bootstrap-servers)?"));

    private record Remedy(String word, String meaning, String advice) {}

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
        return REMEDIES.stream()
                .filter(remedy -> stack.contains(remedy.word()))
                .findFirst()
                .map(remedy -> remedy.meaning() + told + remedy.advice())
                .orElse(told);
    }
}
