package io.fairlead.cli.flink;

import io.fairlead.cli.UserError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Arguments of a job, {@code --name value} each, in their order.
 *
 * @param values by name, without the dashes; an empty value where a secret is withheld
 */
public record JobArgumentList(Map<String, String> values) {

    private static final Pattern SECRET =
            Pattern.compile("password|secret|token|jaas|credential|passphrase", Pattern.CASE_INSENSITIVE);

    public JobArgumentList {
        values = new LinkedHashMap<>(values);
    }

    /** @throws UserError naming what is no {@code --name value} */
    public static JobArgumentList parse(List<String> words) {
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < words.size(); i += 2) {
            if (!pairAt(words, i)) {
                throw new UserError("Arguments of a job are --NAME VALUE each; '" + words.get(i) + "' is not.");
            }
            values.put(words.get(i).substring(2), words.get(i + 1));
        }
        return new JobArgumentList(values);
    }

    /** Whether these are {@code --name value} each, as those of every job of Fairlead. */
    static boolean paired(List<String> words) {
        return IntStream.range(0, words.size()).filter(i -> i % 2 == 0).allMatch(i -> pairAt(words, i));
    }

    private static boolean pairAt(List<String> words, int i) {
        return words.get(i).startsWith("--") && words.get(i).length() > 2 && i + 1 < words.size();
    }

    /** These, with others laid over. */
    public JobArgumentList with(JobArgumentList others) {
        Map<String, String> all = new LinkedHashMap<>(values);
        all.putAll(others.values);
        return new JobArgumentList(all);
    }

    /** These, with what is withheld taken from others; what they don't have stays withheld. */
    public JobArgumentList completedBy(JobArgumentList others) {
        Map<String, String> all = new LinkedHashMap<>(values);
        withheld().forEach(name -> all.put(name, others.values.getOrDefault(name, "")));
        return new JobArgumentList(all);
    }

    /** These without the values of secrets. */
    public JobArgumentList withoutSecrets() {
        Map<String, String> all = new LinkedHashMap<>(values);
        all.replaceAll((name, value) -> SECRET.matcher(name).find() ? "" : value);
        return new JobArgumentList(all);
    }

    /** Names of secrets whose values are not here. */
    public List<String> withheld() {
        return values.entrySet().stream()
                .filter(each -> each.getValue().isEmpty()
                        && SECRET.matcher(each.getKey()).find())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** As a command line. */
    public List<String> list() {
        List<String> words = new ArrayList<>();
        values.forEach((name, value) -> {
            words.add("--" + name);
            words.add(value);
        });
        return words;
    }
}
