package io.fairlead.cli.nameserver;

import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.nameserver.wire.Names;
import io.fairlead.nameserver.zone.ZoneKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fairlead nameserver key}. */
@Command(
        name = "key",
        description =
                "Make a key that signs a zone (ECDSA P-256), or read one; print its DNSKEY record, and the DS record that the parent zone is to have.")
final class ZoneKeyCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(names = "--zone", paramLabel = "NAME", required = true, description = "Name of the zone.")
    private String zone = "";

    @Parameters(
            paramLabel = "FILE",
            description = "The key, for its owner alone. Made if it is not there; never written over.")
    private Path file = Path.of("");

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        String name;
        try {
            name = Names.text(Names.parse(zone.endsWith(".") ? zone : zone + ".", new byte[1]));
        } catch (IllegalArgumentException e) {
            throw new UserError("--zone: " + e.getMessage(), e);
        }
        try {
            boolean there = Files.exists(file);
            ZoneKey key = there ? ZoneKey.load(file) : ZoneKey.generate();
            if (!there) {
                key.save(file);
            }
            out.println("; " + file + (there ? ", which was there" : ", made now") + ", key tag " + key.tag());
            out.println("; to be served with --sign " + name + "=" + file);
            out.println(key.dnskey(name));
            out.println("; for the parent zone, or its registrar");
            out.println(key.ds(name));
            return 0;
        } catch (FileAlreadyExistsException e) {
            throw new UserError("The key " + file + " came into being just now; read it again.", e);
        } catch (IOException e) {
            throw new UserError("The key " + file + " can't be read or written: " + e.getMessage(), e);
        }
    }
}
