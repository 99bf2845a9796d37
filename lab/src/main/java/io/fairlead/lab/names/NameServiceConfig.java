package io.fairlead.lab.names;

import io.fairlead.cli.config.Attribution;
import io.fairlead.cli.config.ConfigStore;
import io.fairlead.model.policy.MapPolicy;
import io.fairlead.schemas.config.DeliveryAddress;
import io.fairlead.schemas.config.DeliveryGroup;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.topics.Topics;
import java.util.List;
import java.util.Map;

/** What operators would say of a {@link NameService}: its groups, and a policy of the map in which minutes pass for hours. */
public final class NameServiceConfig {

    private static final String AUTHOR = "fairlead demo";

    /** Of a hundred and sixty resolvers two in a hundred would say nothing. */
    private static final double CONTROL_SHARE = 0.1;

    private NameServiceConfig() {}

    /**
     * Writes what is not there yet.
     *
     * @param kafka properties of clients
     * @param totalBitsPerSecond that all clients take
     */
    public static void define(NameWorld world, Map<String, Object> kafka, double totalBitsPerSecond) {
        ConfigStore store = new ConfigStore(kafka);
        double[] capacityShares = world.capacityShares();
        for (int i = 0; i < world.sites().size(); i++) {
            NameWorld.Site site = world.sites().get(i);
            int rank = i + 1;
            String address = NameService.address(i);
            long capacity = (long) (capacityShares[i] * totalBitsPerSecond);
            if (!store.read(Topics.CONFIG_GROUPS).containsKey(site.id())) {
                store.write(
                        Topics.CONFIG_GROUPS,
                        site.id(),
                        Attribution.of(AUTHOR, "a group of the demo"),
                        next -> DeliveryGroup.newBuilder()
                                .setGroupId(site.id())
                                .setAuthorship(next.authorship())
                                .setAddresses(List.of(new DeliveryAddress(address, DeliverySites.edge(site))))
                                .setCapacityBitsPerSecond(capacity)
                                .setNameServers(List.of(NameService.nameServer(site)))
                                .setDefaultRank(rank)
                                .setCity(site.city())
                                .setCountry(site.country())
                                .setLatitudeDegrees(site.latitudeDegrees())
                                .setLongitudeDegrees(site.longitudeDegrees())
                                .build());
            }
        }
        if (!store.read(Topics.CONFIG_POLICIES).containsKey("map/default")) {
            store.write(
                    Topics.CONFIG_POLICIES,
                    "map/default",
                    Attribution.of(AUTHOR, "in a demo minutes pass for hours"),
                    next -> PolicyRecords.write(quick(), next.authorship()));
        }
    }

    /** What takes hours in production takes minutes. */
    private static MapPolicy quick() {
        MapPolicy usual = MapPolicy.defaults();
        return new MapPolicy(
                usual.scope(),
                0,
                600_000,
                usual.minCount(),
                usual.sigmas(),
                0,
                usual.hysteresisMs(),
                usual.hysteresisShare(),
                0.25,
                usual.shedFromShare(),
                2_000,
                CONTROL_SHARE,
                usual.haltRegretMs());
    }
}
