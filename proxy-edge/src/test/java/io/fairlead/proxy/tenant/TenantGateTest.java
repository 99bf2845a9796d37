package io.fairlead.proxy.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.proxy.destination.Addresses;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.Tenant;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TenantGateTest {

    private static final int LOGIN_LIMIT_S = 60;
    private static final InetAddress SOMEWHERE = Objects.requireNonNull(Addresses.literal("192.0.2.7"));

    private final TenantDirectory directory = new TenantDirectory(3, List.of(), Set.of());
    private final TenantGate gate = new TenantGate(directory, 2, 16, new SecureRandom(), System::nanoTime);
    private final LastLogin last = new LastLogin();

    @AfterEach
    void close() {
        gate.close();
    }

    @Test
    void theSameFieldOnTheSameConnectionIsTheSameLogInUntilATenantChanges() throws Exception {
        directory.put(tenant("acme", "s3cret"));
        admitted(login(basic("acme:s3cret"))); // by its slow hash
        Login.Admitted known = admitted(login(basic("acme:s3cret"))); // by its digest
        assertThat(login(basic("acme:s3cret"))).isSameAs(known);
        directory.put(tenant("other", "another"));
        assertThat(admitted(login(basic("acme:s3cret")))).isEqualTo(known).isNotSameAs(known);
        assertThat(gate.verifications()).isEqualTo(1);
    }

    @Test
    void aSecretThatWasTakenBackOpensNothingOnAConnectionThatItOpenedBefore() throws Exception {
        directory.put(tenant("acme", "s3cret"));
        admitted(login(basic("acme:s3cret")));
        admitted(login(basic("acme:s3cret")));
        directory.put(tenant("acme", "new"));
        assertThat(login(basic("acme:s3cret"))).isInstanceOf(Login.Denied.class);
        directory.put(tenant("acme", "s3cret"));
        admitted(login(basic("acme:s3cret")));
        directory.remove("acme");
        assertThat(login(basic("acme:s3cret"))).isInstanceOf(Login.Denied.class);
    }

    @Test
    void aTenantWhoseNameIsLongerTakesWhatIsAskedForFromAShorterOne() throws Exception {
        directory.put(tenant("acme", "s3cret"));
        admitted(login(basic("acme-country-us:s3cret")));
        assertThat(admitted(login(basic("acme-country-us:s3cret"))).tenant().id())
                .isEqualTo("acme");
        directory.put(tenant("acme-country", "s3cret"));
        admitted(login(basic("acme-country-us:s3cret")));
        assertThat(admitted(login(basic("acme-country-us:s3cret"))).tenant().id())
                .isEqualTo("acme-country");
    }

    @Test
    void anotherFieldOnTheSameConnectionIsAnotherLogIn() throws Exception {
        directory.put(tenant("acme", "s3cret"));
        directory.put(tenant("other", "another"));
        admitted(login(basic("acme:s3cret")));
        admitted(login(basic("acme:s3cret")));
        for (String wrong : List.of("acme:s3cre", "acme:s3crets", "acme:", ":s3cret", "other:s3cret")) {
            assertThat(login(basic(wrong))).as(wrong).isInstanceOf(Login.Denied.class);
        }
        assertThat(login(List.of())).isInstanceOf(Login.Denied.class);
        String right = basic("acme:s3cret").get(0);
        assertThat(login(List.of(right, right))).isInstanceOf(Login.Denied.class);
        assertThat(admitted(login(basic("other:another"))).tenant().id()).isEqualTo("other");
    }

    @Test
    void whateverIsWrongCostsAsManyHashes() throws Exception {
        directory.put(tenant("acme", "s3cret"));
        directory.put(tenant("rotating", "old", "new"));
        for (String wrong : List.of("acme:wrong", "rotating:wrong", "nobody:wrong", "nobody-country-us:s3cret")) {
            long before = gate.hashesComputed();
            assertThat(login(basic(wrong))).as(wrong).isInstanceOf(Login.Denied.class);
            assertThat(gate.hashesComputed() - before).as(wrong).isEqualTo(2);
        }
    }

    private Login login(List<String> fields) throws Exception {
        CompletableFuture<Login> later = new CompletableFuture<>();
        Login now = gate.admit(fields, last, SOMEWHERE, Runnable::run, later::complete);
        return now == null ? later.get(LOGIN_LIMIT_S, TimeUnit.SECONDS) : now;
    }

    private static Login.Admitted admitted(Login login) {
        assertThat(login).isInstanceOf(Login.Admitted.class);
        return (Login.Admitted) login;
    }

    private static List<String> basic(String credentials) {
        return List.of("Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
    }

    private static Tenant tenant(String id, String... secrets) {
        return Tenant.newBuilder()
                .setTenantId(id)
                .setAuthorship(new Authorship("ann", "a test", 0L, 1L))
                .setSecretHashes(Stream.of(secrets)
                        .map(secret -> SecretHashes.hash(secret, 4))
                        .toList())
                .setPools(List.of("res"))
                .build();
    }
}
