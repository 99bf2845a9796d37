package io.fairlead.lab;

import io.fairlead.cli.CommandSource;
import io.fairlead.lab.bench.BenchCommand;
import io.fairlead.lab.demo.DemoCommand;
import io.fairlead.lab.fleet.FleetCommand;
import io.fairlead.lab.names.NameServiceCommand;
import io.fairlead.lab.replay.ReplayCommand;
import io.fairlead.lab.rooms.RoomsCommand;
import io.fairlead.lab.simulate.SimulateCommand;
import java.util.List;

/** What the lab adds to the command line. */
public final class LabCommands implements CommandSource {

    @Override
    public List<Object> commands() {
        return List.of(
                new BenchCommand(),
                new DemoCommand(),
                new FleetCommand(),
                new NameServiceCommand(),
                new ReplayCommand(),
                new RoomsCommand(),
                new SimulateCommand());
    }
}
