package io.fairlead.agent;

import io.fairlead.cli.Foreground;
import io.fairlead.cli.Speech;
import io.fairlead.cli.edge.AgentCommand;
import picocli.CommandLine;

/** {@code java -jar fairlead-agent.jar}: the same as {@code fairlead agent}, without the rest. */
public final class AgentMain {

    private AgentMain() {}

    public static void main(String[] args) {
        CommandLine line = Speech.of(new CommandLine(new AgentCommand()));
        line.setCommandName("fairlead-agent");
        int code = line.execute(args);
        Foreground.over(); // before the exit, which waits for ever while the process is being ended
        System.exit(code);
    }
}
