package io.fairlead.dashboards.console;

import java.time.Duration;

/**
 * What a console is told when it starts.
 *
 * @param host address to listen on; anything but loopback shows the fleet to everybody who can reach it
 * @param port to listen on; 0: any that is free
 * @param clickHouseUrl {@code http://HOST:8123} or {@code jdbc:clickhouse://HOST:8123/fairlead}
 * @param clickHouseUser a user who may read is enough
 * @param kafkaBootstrap {@code HOST:PORT[,HOST:PORT…]}
 * @param objectives what is shown as missed
 * @param liveClientsMax pages that may follow the live stream at once; each holds a thread
 * @param exitsMax exits kept in memory; further ones are counted and not shown
 * @param mapPrefixesMax prefixes of the network map kept in memory, and as many resolvers; further ones are counted and not shown
 * @param queriesMax questions that ClickHouse is asked at once
 * @param queryTimeLimit of one question to ClickHouse
 */
public record ConsoleSettings(
        String host,
        int port,
        String clickHouseUrl,
        String clickHouseUser,
        String clickHousePassword,
        String kafkaBootstrap,
        Objectives objectives,
        int liveClientsMax,
        int exitsMax,
        int mapPrefixesMax,
        int queriesMax,
        Duration queryTimeLimit) {

    public static final String HOST = "127.0.0.1";
    public static final int PORT = 8080;
    public static final int MAP_PREFIXES = 200_000;

    /** Loopback, port {@value #PORT}, and the default limits. */
    public static ConsoleSettings of(
            String clickHouseUrl, String clickHouseUser, String clickHousePassword, String kafkaBootstrap) {
        return new ConsoleSettings(
                HOST,
                PORT,
                clickHouseUrl,
                clickHouseUser,
                clickHousePassword,
                kafkaBootstrap,
                Objectives.defaults(),
                64,
                200_000,
                MAP_PREFIXES,
                4,
                Duration.ofSeconds(5));
    }

    public ConsoleSettings {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(
                    "The console's port is " + port + "; give one from 0 (any that is free) to 65535.");
        }
        if (liveClientsMax < 1 || liveClientsMax > 1_000) {
            throw new IllegalArgumentException(
                    "The console's limit of live clients is " + liveClientsMax + "; give one from 1 to 1000.");
        }
        if (mapPrefixesMax < 1 || mapPrefixesMax > 10_000_000) {
            throw new IllegalArgumentException("The console's limit of prefixes of the map is " + mapPrefixesMax
                    + "; give one from 1 to 10000000, at about 400 bytes each.");
        }
        if (exitsMax < 1 || queriesMax < 1 || queryTimeLimit.toMillis() < 1) {
            throw new IllegalArgumentException("The console's limits of exits (" + exitsMax + "), queries ("
                    + queriesMax + ") and query time (" + queryTimeLimit + ") must be over 0.");
        }
    }

    public ConsoleSettings listeningOn(String otherHost, int otherPort) {
        return new ConsoleSettings(
                otherHost,
                otherPort,
                clickHouseUrl,
                clickHouseUser,
                clickHousePassword,
                kafkaBootstrap,
                objectives,
                liveClientsMax,
                exitsMax,
                mapPrefixesMax,
                queriesMax,
                queryTimeLimit);
    }

    public ConsoleSettings withObjectives(Objectives other) {
        return new ConsoleSettings(
                host,
                port,
                clickHouseUrl,
                clickHouseUser,
                clickHousePassword,
                kafkaBootstrap,
                other,
                liveClientsMax,
                exitsMax,
                mapPrefixesMax,
                queriesMax,
                queryTimeLimit);
    }

    public ConsoleSettings withMapPrefixesMax(int other) {
        return new ConsoleSettings(
                host,
                port,
                clickHouseUrl,
                clickHouseUser,
                clickHousePassword,
                kafkaBootstrap,
                objectives,
                liveClientsMax,
                exitsMax,
                other,
                queriesMax,
                queryTimeLimit);
    }

    public ConsoleSettings withLiveClientsMax(int other) {
        return new ConsoleSettings(
                host,
                port,
                clickHouseUrl,
                clickHouseUser,
                clickHousePassword,
                kafkaBootstrap,
                objectives,
                other,
                exitsMax,
                mapPrefixesMax,
                queriesMax,
                queryTimeLimit);
    }

    @Override
    public String toString() {
        return "ConsoleSettings[" + host + ":" + port + ", ClickHouse " + clickHouseUser + "@" + clickHouseUrl
                + ", Kafka " + kafkaBootstrap + "]";
    }
}
