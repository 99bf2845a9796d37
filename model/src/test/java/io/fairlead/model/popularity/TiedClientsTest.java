package io.fairlead.model.popularity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import org.junit.jupiter.api.Test;

class TiedClientsTest {

    private static final double HOUR_MS = 3_600_000;

    private final TiedClients clients = new TiedClients();

    @Test
    void theHeaviestNetworkComesFirstAndAllFade() throws Exception {
        clients.tied("192.0.2.0/24", 0, HOUR_MS);
        clients.tied("198.51.100.0/24", 0, HOUR_MS);
        clients.tied("198.51.100.0/24", 0, HOUR_MS);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        clients.write(new DataOutputStream(bytes));
        TiedClients read = TiedClients.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        assertThat(read.clients((long) HOUR_MS, HOUR_MS))
                .extracting(TiedClients.Client::prefix)
                .containsExactly("198.51.100.0/24", "192.0.2.0/24");
        assertThat(read.clients((long) HOUR_MS, HOUR_MS).get(0).weight()).isCloseTo(1, within(1e-9));
        assertThat(read.clients((long) (4 * HOUR_MS), HOUR_MS)).isEmpty();
    }

    @Test
    void whoFetchesAllTheTimeWeighsNoMoreThanSoMuch() {
        for (int i = 0; i < 10_000; i++) {
            clients.tied("192.0.2.0/24", i, HOUR_MS);
        }
        assertThat(clients.clients(10_000, HOUR_MS).get(0).weight()).isLessThanOrEqualTo(TiedClients.MOST_OF_ONE);
    }

    /** Networks that come once do not push out those that come again and again, and there are never more than so many. */
    @Test
    void newNetworksTakeThePlaceOfTheLightest() {
        for (int round = 0; round < 8; round++) {
            for (int network = 0; network < TiedClients.MOST_NETWORKS - 1; network++) {
                clients.tied("10.0." + network + ".0/24", 0, HOUR_MS);
            }
        }
        for (int network = 0; network < 100; network++) {
            clients.tied("203.0." + network + ".0/24", 0, HOUR_MS);
        }
        assertThat(clients.clients(0, HOUR_MS)).hasSizeLessThanOrEqualTo(TiedClients.MOST_NETWORKS);
        assertThat(clients.clients(0, HOUR_MS).stream()
                        .filter(each -> each.prefix().startsWith("10.")))
                .hasSizeGreaterThanOrEqualTo(TiedClients.MOST_NETWORKS - 1);
        for (int i = 0; i < 1_000; i++) {
            clients.tied("198.51.100.0/24", 0, HOUR_MS);
        }
        assertThat(clients.clients(0, HOUR_MS))
                .extracting(TiedClients.Client::prefix)
                .contains("198.51.100.0/24");
    }
}
