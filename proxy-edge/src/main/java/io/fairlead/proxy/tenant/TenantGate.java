package io.fairlead.proxy.tenant;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.fairlead.proxy.targeting.Claim;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.FastThreadLocal;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Lets tenants in. A secret is verified once by its slow hash, on threads of this gate; then a digest of it, keyed anew in
 * each process, is remembered, so that later requests are decided on the event loop in about a microsecond.
 *
 * <p>Nothing tells a wrong secret from an unknown user: the same answer, after the same number of hash computations (as many
 * as any tenant has had), of the same cost. Digests are compared as keys of a map, which gives nothing away to
 * somebody who does not know the process's key. The same credentials arriving many times at once are verified once.
 */
public final class TenantGate implements AutoCloseable {

    private static final int MOST_REMEMBERED = 100_000;
    private static final String NO_MATCH = "";
    private static final String ALGORITHM = "HmacSHA256";

    private record Digest(long a, long b, long c, long d) {}

    private final TenantDirectory directory;
    private final SourceBackoff backoff;
    private final ThreadPoolExecutor verifying;
    private final SecretKeySpec key;
    private final FastThreadLocal<Mac> mac = new FastThreadLocal<>();
    private final Cache<Digest, String> verified = Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .executor(Runnable::run)
            .build();
    private final ConcurrentHashMap<Digest, CompletableFuture<String>> beingVerified = new ConcurrentHashMap<>();
    private final LongAdder verifications = new LongAdder();
    private final LongAdder hashes = new LongAdder();
    private volatile String dummyHash = SecretHashes.hash("nobody's", 4);

    /**
     * @param threads that compute slow hashes
     * @param waiting verifications that may wait for them; over it logins are answered {@link Login.Overloaded}
     */
    public TenantGate(
            TenantDirectory directory, int threads, int waiting, SecureRandom random, LongSupplier nanoClock) {
        this.directory = directory;
        this.backoff = new SourceBackoff(nanoClock);
        this.verifying = new ThreadPoolExecutor(
                threads,
                threads,
                10,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(waiting),
                new DefaultThreadFactory("tenant-gate", true));
        verifying.allowCoreThreadTimeOut(true);
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        this.key = new SecretKeySpec(bytes, ALGORITHM);
    }

    /**
     * Decides about credentials.
     *
     * @param credentials null: there are none, or they are not well-formed; then, or with an empty secret, an address that is a tenant's
     *     own is enough
     * @param source where they came from
     * @param caller where {@code then} runs if the answer takes time
     * @param then told the answer if it takes time; never if it is returned
     * @return the answer if it is known at once, else null
     */
    public @Nullable Login admit(
            @Nullable Credentials credentials, InetAddress source, Executor caller, Consumer<Login> then) {
        TenantRules here = directory.ofSource(source);
        if (credentials == null) {
            return here == null
                    ? new Login.Denied()
                    : new Login.Admitted(here, Claim.Asked.NOTHING, source, new Login.ByAddress(source));
        }
        Claim claim = Claim.of(credentials.userName(), credentials.secret(), id -> directory.find(id) != null);
        if (here != null && claim.secret().isEmpty() && claim.tenant().equals(here.id())) {
            return new Login.Admitted(here, claim.asked(), source, new Login.ByAddress(source));
        }
        Digest digest = digest(claim.tenant(), claim.secret());
        String remembered = verified.getIfPresent(digest);
        if (remembered != null) {
            TenantRules tenant = directory.find(claim.tenant());
            if (tenant != null && tenant.enabled() && tenant.secretHashes().contains(remembered)) {
                return new Login.Admitted(tenant, claim.asked(), source, new Login.BySecret(remembered));
            }
            verified.invalidate(digest);
        }
        int wait = backoff.waitSeconds(source);
        if (wait > 0) {
            return new Login.BackedOff(wait);
        }
        CompletableFuture<String> verdict = verify(digest, claim.tenant(), claim.secret());
        if (verdict == null) {
            return new Login.Overloaded();
        }
        verdict.whenCompleteAsync((hash, failed) -> then.accept(judge(claim, hash, source)), caller);
        return null;
    }

    /**
     * As {@link #admit(Credentials, InetAddress, Executor, Consumer)}, of a {@code Proxy-Authorization} field as it came. Who sends the same
     * one again on the same connection is let in for the price of a comparison.
     *
     * @param fields all there are; more or fewer than one are no credentials
     * @param last what was let in last on this connection
     */
    public @Nullable Login admit(
            List<String> fields, LastLogin last, InetAddress source, Executor caller, Consumer<Login> then) {
        String field = fields.size() == 1 ? fields.get(0) : null;
        long version = directory.version();
        Login known = field == null ? null : last.again(field, version);
        if (known != null) {
            return known;
        }
        Login login = admit(field == null ? null : Credentials.ofBasic(field), source, caller, then);
        if (field != null && login instanceof Login.Admitted admitted) {
            last.letIn(field, version, admitted);
        }
        return login;
    }

    /** Starts or joins a verification; null if too many wait. */
    private @Nullable CompletableFuture<String> verify(Digest digest, String tenantId, String secret) {
        CompletableFuture<String> mine = new CompletableFuture<>();
        CompletableFuture<String> others = beingVerified.putIfAbsent(digest, mine);
        if (others != null) {
            return others;
        }
        try {
            verifying.execute(() -> {
                String hash = NO_MATCH;
                try {
                    hash = matchingHash(tenantId, secret);
                    if (!hash.isEmpty()) {
                        verified.put(digest, hash);
                    }
                } finally {
                    beingVerified.remove(digest);
                    mine.complete(hash);
                }
            });
            return mine;
        } catch (RejectedExecutionException e) {
            beingVerified.remove(digest);
            mine.complete(NO_MATCH);
            return null;
        }
    }

    private Login judge(Claim claim, @Nullable String hash, InetAddress source) {
        TenantRules tenant = directory.find(claim.tenant());
        if (hash != null
                && tenant != null
                && tenant.enabled()
                && tenant.secretHashes().contains(hash)) {
            return new Login.Admitted(tenant, claim.asked(), source, new Login.BySecret(hash));
        }
        backoff.failed(source);
        return new Login.Denied();
    }

    public TenantCounters counters() {
        return directory.counters();
    }

    /** As {@link TenantDirectory#standing}. */
    public @Nullable TenantRules standing(String tenantId, Login.Proof proof) {
        return directory.standing(tenantId, proof);
    }

    /** The same log-in under the rules of now; null: it would not be let in. */
    public Login.@Nullable Admitted again(Login.Admitted login) {
        TenantRules now = directory.standing(login.tenant().id(), login.proof());
        return now == null ? null : new Login.Admitted(now, login.asked(), login.source(), login.proof());
    }

    /** Whether an address is enough to be let in. */
    public boolean knows(InetAddress source) {
        return directory.ofSource(source) != null;
    }

    /** Secrets that were verified by their slow hash so far. */
    public long verifications() {
        return verifications.sum();
    }

    /** Slow hashes that were computed for them. */
    long hashesComputed() {
        return hashes.sum();
    }

    private String matchingHash(String tenantId, String secret) {
        verifications.increment();
        TenantRules tenant = directory.find(tenantId);
        List<String> hashes = tenant == null ? List.of() : tenant.secretHashes();
        String match = NO_MATCH;
        for (String hash : hashes) {
            if (matches(secret, hash)) {
                match = hash;
            }
        }
        for (int done = hashes.size(); match.isEmpty() && done < directory.hashesPerTenant(); done++) {
            matches(secret, dummyHash());
        }
        return match;
    }

    private boolean matches(String secret, String hash) {
        hashes.increment();
        return SecretHashes.matches(secret, hash);
    }

    private String dummyHash() {
        String dummy = dummyHash;
        if (SecretHashes.costOf(dummy) != directory.hashCost()) {
            dummy = SecretHashes.hash("nobody's", directory.hashCost());
            dummyHash = dummy;
        }
        return dummy;
    }

    private Digest digest(String tenantId, String secret) {
        try {
            Mac hmac = mac.getIfExists();
            if (hmac == null) {
                hmac = Mac.getInstance(ALGORITHM);
                hmac.init(key);
                mac.set(hmac);
            }
            hmac.update(tenantId.getBytes(StandardCharsets.UTF_8));
            hmac.update((byte) 0);
            ByteBuffer out = ByteBuffer.wrap(hmac.doFinal(secret.getBytes(StandardCharsets.UTF_8)));
            return new Digest(out.getLong(), out.getLong(), out.getLong(), out.getLong());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no " + ALGORITHM, e);
        }
    }

    @Override
    public void close() {
        verifying.shutdownNow();
    }
}
