package io.fairlead.cli.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fairlead.cli.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Where an option that is not on the command line takes its value from: the environment, else the settings file, else
 * its default. {@code --listen} of {@code fairlead proxy} is {@code FAIRLEAD_LISTEN} in the environment and {@code
 * listen} in the file, either at the top (for every command) or under {@code proxy:} (for that one). A name that no
 * command knows is an error: a typing mistake must not pass for a setting.
 */
public final class LayeredSettings implements IDefaultValueProvider {

    static final String PREFIX = "FAIRLEAD_";
    private static final String FILE_VARIABLE = "FAIRLEAD_SETTINGS";
    /** Read by the start script or by logging, before any command runs. */
    private static final Set<String> NOT_OPTIONS = Set.of(
            FILE_VARIABLE,
            "FAIRLEAD_JAVA_OPTS",
            "FAIRLEAD_LOG_LEVEL",
            "FAIRLEAD_KAFKA_LOG_LEVEL",
            "FAIRLEAD_LOG_CONFIG",
            "FAIRLEAD_CACHE");

    private final Map<String, String> environment;
    private final Map<String, String> file;

    private LayeredSettings(Map<String, String> environment, Map<String, String> file) {
        this.environment = environment;
        this.file = file;
    }

    /**
     * Reads the layers below the command line.
     *
     * @param line the whole tree of commands: its options are the names that exist
     * @param environment variables of the process
     * @param args looked through for {@code --settings FILE}
     * @throws UserError when a name is unknown or the file can't be read
     */
    public static LayeredSettings of(CommandLine line, Map<String, String> environment, String... args) {
        Set<String> options = new TreeSet<>();
        Map<String, Set<String>> byCommand = new HashMap<>();
        collect(line, "", options, byCommand);
        Map<String, String> variables = new HashMap<>();
        environment.forEach((name, value) -> {
            if (name.startsWith(PREFIX) && !NOT_OPTIONS.contains(name)) {
                String option =
                        name.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '-');
                if (!options.contains(option)) {
                    throw new UserError("The environment variable " + name
                            + " is no setting of Fairlead: no command has an option --" + option
                            + ". Unset it, or see `fairlead COMMAND --help`.");
                }
                variables.put(option, value);
            }
        });
        return new LayeredSettings(variables, file(settingsFile(environment, args), options, byCommand));
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option)) {
            return null;
        }
        String name = name(option);
        String variable = environment.get(name);
        if (variable != null) {
            return variable;
        }
        String ofCommand = file.get(path(option.command().commandLine()) + "/" + name);
        return ofCommand != null ? ofCommand : file.get("/" + name);
    }

    private static void collect(
            CommandLine line, String path, Set<String> options, Map<String, Set<String>> byCommand) {
        Set<String> own = new HashSet<>();
        line.getCommandSpec().options().forEach(option -> own.add(name(option)));
        options.addAll(own);
        byCommand.put(path, own);
        line.getSubcommands().forEach((name, command) -> {
            if (!name.equals("help")) {
                collect(command, path.isEmpty() ? name : path + "." + name, options, byCommand);
            }
        });
    }

    private static @Nullable Path settingsFile(Map<String, String> environment, String... args) {
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--settings") && i + 1 < args.length) {
                return Path.of(args[i + 1]);
            }
            if (args[i].startsWith("--settings=")) {
                return Path.of(args[i].substring("--settings=".length()));
            }
        }
        String variable = environment.get(FILE_VARIABLE);
        return variable == null ? null : Path.of(variable);
    }

    private static Map<String, String> file(
            @Nullable Path path, Set<String> options, Map<String, Set<String>> byCommand) {
        Map<String, String> settings = new HashMap<>();
        if (path == null) {
            return settings;
        }
        JsonNode root;
        try {
            root = new YAMLMapper().readTree(Files.readString(path));
        } catch (NoSuchFileException e) {
            throw new UserError("The settings file " + path + " does not exist.", e);
        } catch (JsonProcessingException e) {
            throw new UserError("The settings file " + path + " is no YAML: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UserError("The settings file " + path + " can't be read: " + e.getMessage(), e);
        }
        List<String> unknown = new ArrayList<>();
        root.properties().forEach(entry -> {
            String key = entry.getKey();
            if (entry.getValue().isObject() && byCommand.containsKey(key)) {
                entry.getValue().properties().forEach(inner -> {
                    if (!byCommand.getOrDefault(key, Set.of()).contains(inner.getKey())) {
                        unknown.add(key + ": " + inner.getKey());
                    }
                    settings.put(key + "/" + inner.getKey(), text(inner.getValue()));
                });
            } else if (options.contains(key)) {
                settings.put("/" + key, text(entry.getValue()));
            } else {
                unknown.add(key);
            }
        });
        if (!unknown.isEmpty()) {
            throw new UserError(
                    "The settings file " + path + " has names that no command knows: " + String.join(", ", unknown)
                            + ". Names are those of the options, without --; see `fairlead COMMAND --help`.");
        }
        return settings;
    }

    private static String text(JsonNode value) {
        if (value.isArray()) {
            List<String> items = new ArrayList<>();
            value.forEach(item -> items.add(item.asText()));
            return String.join(",", items);
        }
        return value.asText();
    }

    private static String path(CommandLine line) {
        List<String> names = new ArrayList<>();
        for (CommandLine at = line; at.getParent() != null; at = at.getParent()) {
            names.add(0, at.getCommandName());
        }
        return String.join(".", names);
    }

    private static String name(OptionSpec option) {
        return option.longestName().replaceFirst("^--?", "");
    }
}
