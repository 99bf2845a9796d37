package io.fairlead.cli.relay;

import io.fairlead.cli.settings.SettingsOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code fairlead relay}. */
@Command(
        name = "relay",
        description = "Carry live rooms to viewers: a relay server near the media, relay clients near the viewers.",
        subcommands = {RelayServerCommand.class, RelayClientCommand.class, SignCommand.class})
public final class RelayCommand {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();
}
