package io.fairlead.proxy.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.proxy.destination.Addresses;
import io.fairlead.proxy.tenant.TenantRules.Entry;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.Tenant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TenantDirectoryTest {

    private static final long SECOND = 1_000_000_000L;

    private final TenantDirectory directory = new TenantDirectory(3, List.of(), Set.of());

    @Test
    void theNarrowestNetworkSaysWhoseAnAddressIs() {
        directory.put(tenant("wide", 0, "10.0.0.0/8", "2001:db8::/32"));
        directory.put(tenant("narrow", 0, "10.1.0.0/15", "10.9.9.9"));
        directory.put(tenant("also", 0, "10.1.0.0/15"));
        assertThat(whose("10.200.0.1")).isEqualTo("wide");
        assertThat(whose("10.0.255.255")).isEqualTo("also");
        assertThat(whose("10.1.255.255")).isEqualTo("also");
        assertThat(whose("10.2.0.0")).isEqualTo("wide");
        assertThat(whose("10.9.9.9")).isEqualTo("narrow");
        assertThat(whose("10.9.9.8")).isEqualTo("wide");
        assertThat(whose("2001:db8:ffff::1")).isEqualTo("wide");
        assertThat(whose("2001:db9::1")).isEqualTo("nobody");
        assertThat(whose("11.0.0.1")).isEqualTo("nobody");
        directory.remove("also");
        assertThat(whose("10.0.255.255")).isEqualTo("narrow");
        Tenant disabled = tenant("narrow", 0, "10.9.9.9");
        disabled.setEnabled(false);
        directory.put(disabled);
        assertThat(whose("10.9.9.9")).isEqualTo("nobody");
        assertThat(whose("10.0.255.255")).isEqualTo("wide");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "example.org   | 'example.org' is neither an address nor a network",
                "10.1          | '10.1' is neither an address nor a network",
                "10.0.0.0/33   | prefix length '33', which is not in 0 to 32",
                "10.0.0.0/     | prefix length '', which is not in 0 to 32",
                "0.0.0.0/0     | '0.0.0.0/0' would let in too much of the world",
                "::/0          | '::/0' would let in too much of the world",
            })
    void aSourceThatCantBeMeantIsRefusedAndTheFormerRecordStays(String source, String detail) {
        directory.put(tenant("acme", 5, "10.9.9.9"));
        assertThatThrownBy(() -> directory.put(tenant("acme", 7, source)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(detail);
        assertThat(whose("10.9.9.9")).isEqualTo("acme");
    }

    @Test
    void aNegativeRateIsRefused() {
        assertThatThrownBy(() -> directory.put(tenant("acme", -1)))
                .hasMessageContaining("maxRequestsPerSecond is -1; it must not be negative");
    }

    @Test
    void aSecondGivesAsManyRequestsAsItMayAndIdlingSavesNoMore() {
        directory.put(tenant("acme", 5));
        TenantRules rules = Objects.requireNonNull(directory.find("acme"));
        long now = Long.MAX_VALUE - 2 * SECOND; // the clock overflows meanwhile
        assertThat(entered(rules, now, 20)).isEqualTo(5);
        assertThat(entered(rules, now + SECOND / 5, 20)).isEqualTo(1);
        assertThat(entered(rules, now + SECOND / 5 + SECOND / 10, 20)).isZero();
        assertThat(entered(rules, now + 3 * SECOND, 20)).isEqualTo(5);
        assertThat(entered(rules, now + 60 * SECOND, 20)).isEqualTo(5);
        assertThat(rules.inFlightRequests()).isZero();
    }

    @Test
    void whatIsUsedSurvivesAChangeOfTheRecord() {
        directory.put(tenant("acme", 5));
        TenantRules former = Objects.requireNonNull(directory.find("acme"));
        assertThat(former.enter(0)).isEqualTo(Entry.ENTERED);
        assertThat(entered(former, 0, 20)).isEqualTo(4);
        directory.put(tenant("acme", 5));
        TenantRules present = Objects.requireNonNull(directory.find("acme"));
        assertThat(present.enter(0)).isEqualTo(Entry.TOO_MANY_A_SECOND);
        assertThat(present.inFlightRequests()).isEqualTo(1);
        assertThat(present.enter(SECOND)).isEqualTo(Entry.ENTERED);
        assertThat(present.enter(SECOND)).isEqualTo(Entry.ENTERED);
        assertThat(present.enter(SECOND)).isEqualTo(Entry.TOO_MANY_IN_FLIGHT);
        former.leave();
        assertThat(present.enter(SECOND)).isEqualTo(Entry.ENTERED);
    }

    private static int entered(TenantRules rules, long now, int tries) {
        int entered = 0;
        for (int i = 0; i < tries; i++) {
            if (rules.enter(now) == Entry.ENTERED) {
                entered++;
                rules.leave();
            }
        }
        return entered;
    }

    private String whose(String address) {
        TenantRules tenant = directory.ofSource(Objects.requireNonNull(Addresses.literal(address)));
        return tenant == null ? "nobody" : tenant.id();
    }

    private static Tenant tenant(String id, int perSecond, String... sources) {
        return Tenant.newBuilder()
                .setTenantId(id)
                .setAuthorship(new Authorship("ann", "a test", 0L, 1L))
                .setSecretHashes(List.of())
                .setPools(List.of("res1"))
                .setMaxRequestsPerSecond(perSecond)
                .setSources(List.of(sources))
                .build();
    }
}
