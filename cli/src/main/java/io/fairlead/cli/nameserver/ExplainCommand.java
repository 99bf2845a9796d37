package io.fairlead.cli.nameserver;

import io.fairlead.cli.UserError;
import io.fairlead.cli.config.ConfigStore;
import io.fairlead.cli.kafka.KafkaOptions;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.edge.table.Decision;
import io.fairlead.edge.table.DecisionReader;
import io.fairlead.edge.table.InvalidConfigException;
import io.fairlead.edge.table.TableListener;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.nameserver.map.Group;
import io.fairlead.nameserver.map.MapRecord;
import io.fairlead.nameserver.map.MapSettings;
import io.fairlead.nameserver.map.NetworkMap;
import io.fairlead.nameserver.zone.MappedName;
import io.fairlead.schemas.topics.Topics;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fairlead nameserver explain}. */
@Command(
        name = "explain",
        description =
                "Say where a resolver, or a client's subnet, is sent for a mapped name, and why: entry, evidence, costs, prices, groups passed over. Reads the map; what a"
                        + " running name server sees by its own probes it tells itself, see --explain-to.")
final class ExplainCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Option(
            names = "--resolver",
            paramLabel = "IP",
            required = true,
            description = "Address of a resolver, or the first of a client's subnet.")
    private String resolver = "";

    @Option(names = "--name", paramLabel = "NAME", required = true, description = "The mapped name that is asked for.")
    private String name = "";

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        byte[] address = address();
        NetworkMap map = new NetworkMap(MapSettings.DEFAULTS, InstantSource.system(), System::nanoTime);
        ConfigStore store = new ConfigStore(kafka.client());
        TableListener<Group> groups = map.groups();
        store.read(Topics.CONFIG_GROUPS).forEach((key, entry) -> {
            try {
                groups.put(key, Group.of(key, entry.value()));
            } catch (InvalidConfigException e) {
                spec.commandLine().getErr().println("group " + key + " is not used: " + e.getMessage());
            }
        });
        DecisionReader<MapRecord> reader = MapRecord.reader();
        store.read(Topics.DECISIONS_MAP).forEach((key, entry) -> {
            Decision<MapRecord> decision = reader.read(key, entry.value());
            if (decision != null) {
                map.decided(key, decision);
            }
        });
        map.checkGroups(true);
        map.takeEntries();
        print(map, address);
        return 0;
    }

    private byte[] address() {
        try {
            return AddressPrefix.address(resolver);
        } catch (IllegalArgumentException e) {
            throw new UserError("--resolver: " + e.getMessage(), e);
        }
    }

    private void print(NetworkMap map, byte[] address) {
        PrintWriter out = spec.commandLine().getOut();
        boolean ipv6 = address.length == 16;
        long bits = AddressPrefix.bits(address);
        MappedName mapped;
        try {
            mapped = MappedName.of(name);
        } catch (IllegalArgumentException e) {
            throw new UserError("--name: " + e.getMessage(), e);
        }
        List<String> why = map.explanation(ipv6, bits);
        out.println(resolver + " asks for " + mapped.text() + " and is sent to " + why.get(0));
        why.subList(1, why.size()).forEach(line -> out.println("  " + line));
        List<String> addresses = map.addresses(mapped, ipv6, bits);
        if (!addresses.isEmpty()) {
            out.println("  addresses: " + String.join(", ", addresses));
        }
    }
}
