package io.fairlead.cli;

import picocli.CommandLine;

/** How command lines of Fairlead speak: values in any case, errors as one sentence, defects with their trace. */
public final class Speech {

    private Speech() {}

    /** Teaches a tree of commands, and returns it. */
    public static CommandLine of(CommandLine line) {
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpAutoWidth(true);
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            if (e instanceof UserError) {
                command.getErr().println("fairlead: " + e.getMessage());
            } else {
                command.getErr().println("fairlead: a defect of Fairlead, please report it with what follows:");
                e.printStackTrace(command.getErr());
            }
            return CommandLine.ExitCode.SOFTWARE;
        });
        line.setParameterExceptionHandler((e, wrong) -> {
            CommandLine command = e.getCommandLine();
            command.getErr().println("fairlead: " + e.getMessage());
            CommandLine.UnmatchedArgumentException.printSuggestions(e, command.getErr());
            command.getErr().println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
            return CommandLine.ExitCode.USAGE;
        });
        return line;
    }
}
