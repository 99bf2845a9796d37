package io.fairlead.jobs.facts;

import com.clickhouse.client.api.Client;
import java.io.Serializable;
import java.time.temporal.ChronoUnit;

/**
 * Where facts go.
 *
 * @param url {@code http://HOST:PORT}
 * @param user who may insert into the tables and read {@code system.columns}
 * @param password the user's
 * @param database that the tables are in
 */
record ClickHouseAddress(String url, String user, String password, String database) implements Serializable {

    private static final int CONNECTIONS_MAX = 8;

    /** A client that neither retries nor compresses by itself: both are done where batches are kept. */
    Client connect() {
        return new Client.Builder()
                .addEndpoint(url)
                .setUsername(user)
                .setPassword(password)
                .setDefaultDatabase(database)
                .setClientName("fairlead-facts")
                .setMaxRetries(0)
                .setMaxConnections(CONNECTIONS_MAX)
                .setConnectTimeout(5, ChronoUnit.SECONDS)
                .setSocketTimeout(60, ChronoUnit.SECONDS)
                .compressServerResponse(false)
                .build();
    }

    @Override
    public String toString() {
        return url + "/" + database + " as " + user;
    }
}
