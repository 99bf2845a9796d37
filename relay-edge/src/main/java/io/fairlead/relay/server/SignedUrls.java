package io.fairlead.relay.server;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Admits whoever shows {@code expires=S&signature=HEX}: seconds since 1970, and HMAC-SHA-256 of {@code ROOM?expires=S} under a key that the
 * makers of addresses and this relay share (RFC 2104). Compared in constant time.
 */
public final class SignedUrls implements Admission {

    private static final String ALGORITHM = "HmacSHA256";
    private static final int SHORTEST_KEY_BYTES = 16;
    private static final int MOST_PARAMETERS = 32;

    private final SecretKeySpec key;
    private final InstantSource clock;

    /** @throws IllegalArgumentException if the key is shorter than 16 bytes */
    public SignedUrls(String key, InstantSource clock) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < SHORTEST_KEY_BYTES) {
            throw new IllegalArgumentException("the key for signed addresses has " + bytes.length
                    + " bytes; give a random one of at least " + SHORTEST_KEY_BYTES);
        }
        this.key = new SecretKeySpec(bytes, ALGORITHM);
        this.clock = clock;
    }

    /** The query for a room's address, valid until then. */
    public String query(String room, long expiresS) {
        return "expires=" + expiresS + "&signature=" + HexFormat.of().formatHex(sign(room, Long.toString(expiresS)));
    }

    @Override
    public CompletionStage<Verdict> judge(WatchRequest request) {
        return CompletableFuture.completedStage(verdict(request));
    }

    private Verdict verdict(WatchRequest request) {
        QueryStringDecoder query =
                new QueryStringDecoder("?" + request.query(), StandardCharsets.UTF_8, true, MOST_PARAMETERS);
        String expires = only(query, "expires");
        String signature = only(query, "signature");
        byte[] shown;
        long expiresS;
        try {
            shown = HexFormat.of().parseHex(signature);
            expiresS = Long.parseLong(expires);
        } catch (IllegalArgumentException e) {
            return Verdict.refused("the address is not signed; ask for one with expires= and signature=");
        }
        if (!MessageDigest.isEqual(shown, sign(request.room(), expires))) {
            return Verdict.refused("the signature is not for this room and time");
        }
        if (clock.instant().getEpochSecond() >= expiresS) {
            return Verdict.refused("the address has expired; ask for a new one");
        }
        return Verdict.ADMITTED;
    }

    private static String only(QueryStringDecoder query, String name) {
        List<String> values = query.parameters().getOrDefault(name, List.of());
        return values.size() == 1 ? values.get(0) : "";
    }

    private byte[] sign(String room, String expires) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal((room + "?expires=" + expires).getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + ALGORITHM, e);
        }
    }
}
