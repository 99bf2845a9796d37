package io.fairlead.proxy.upstream;

import io.fairlead.model.PoolType;
import io.fairlead.proxy.destination.Addresses;
import io.fairlead.proxy.exit.ExitInfo;
import io.fairlead.proxy.exit.Target;
import io.fairlead.schemas.config.ExitOverride;
import io.fairlead.schemas.config.Upstream;
import io.fairlead.schemas.config.UpstreamKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a record says of an upstream, ready for use.
 *
 * @param address of the proxy
 * @param userName log-in there; empty: none
 * @param info as an agent would tell it of itself; what other fields of the record say of any exit is not in it
 * @param trustedWithNames it is sent names, else addresses
 */
public record UpstreamTerms(
        UpstreamKind kind,
        Target address,
        String userName,
        SecretReference secret,
        ExitInfo info,
        boolean trustedWithNames) {

    private static final int MOST_NAME_BYTES = 255;
    private static final int MOST_TEXT = 64;
    private static final long MOST_ASN = 0xffff_ffffL;

    /**
     * Reads a record that names an upstream.
     *
     * @throws IllegalArgumentException that lists all that is wrong with it
     */
    public static UpstreamTerms of(ExitOverride record) {
        Upstream upstream = record.getUpstream();
        List<String> violations = upstream == null ? List.of("no upstream is named") : violations(upstream);
        if (upstream == null || !violations.isEmpty()) {
            throw new IllegalArgumentException("exit '" + record.getExitId() + "': " + String.join("; ", violations));
        }
        return new UpstreamTerms(
                upstream.getKind(),
                new Target(upstream.getHost(), upstream.getPort()),
                upstream.getUserName(),
                SecretReference.parse(upstream.getSecretReference()),
                new ExitInfo(
                        record.getExitId(),
                        poolType(upstream.getPoolType()),
                        upstream.getCountry().toLowerCase(Locale.ROOT),
                        upstream.getRegion(),
                        upstream.getCity(),
                        upstream.getAsn(),
                        "",
                        !record.getConsentWithdrawn(),
                        upstream.getCapacityRequests(),
                        Set.of(),
                        record.getAuthorship().getWrittenAtMs()),
                upstream.getTrustedWithNames());
    }

    /** What is wrong with it, a sentence each, with the value and what to do; empty: nothing. */
    public static List<String> violations(Upstream upstream) {
        List<String> violations = new ArrayList<>();
        if (upstream.getKind() == UpstreamKind.UNKNOWN) {
            violations.add("upstream kind is not known here; write HTTP or SOCKS5");
        }
        address(upstream, violations);
        login(upstream, violations);
        if (poolType(upstream.getPoolType()) == PoolType.UNKNOWN
                && !upstream.getPoolType().isEmpty()) {
            violations.add("upstream poolType '" + upstream.getPoolType()
                    + "' is none; write mobile, residential, isp or datacenter, or leave it empty");
        }
        if (!upstream.getCountry().matches("|[A-Za-z]{2}")) {
            violations.add("upstream country '" + upstream.getCountry() + "' must be two letters, such as us");
        }
        if (upstream.getRegion().length() > MOST_TEXT || upstream.getCity().length() > MOST_TEXT) {
            violations.add("upstream region or city is longer than " + MOST_TEXT + " characters");
        }
        if (upstream.getAsn() < 0 || upstream.getAsn() > MOST_ASN) {
            violations.add("upstream asn is " + upstream.getAsn() + "; it must be in 0 to " + MOST_ASN);
        }
        if (upstream.getCapacityRequests() < 0) {
            violations.add("upstream capacityRequests is " + upstream.getCapacityRequests()
                    + "; it must not be negative, and 0 says nothing");
        }
        return violations;
    }

    private static void address(Upstream upstream, List<String> violations) {
        try {
            Target target = new Target(upstream.getHost(), upstream.getPort());
            boolean number = target.host().matches("[0-9.]+") || target.host().indexOf(':') >= 0;
            if (number && Addresses.literal(target.host()) == null) {
                violations.add("upstream host '" + target.host()
                        + "' is a number that is no plain address; write it as 192.0.2.1 or 2001:db8::1");
            }
        } catch (IllegalArgumentException e) {
            violations.add("upstream " + e.getMessage());
        }
    }

    private static void login(Upstream upstream, List<String> violations) {
        String user = upstream.getUserName();
        int bytes = user.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MOST_NAME_BYTES || user.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            violations.add("upstream userName has " + bytes + " bytes or control characters; at most " + MOST_NAME_BYTES
                    + " and none are possible");
        }
        if (upstream.getKind() == UpstreamKind.HTTP && user.indexOf(':') >= 0) {
            violations.add("upstream userName '" + user + "' holds ':', which no user name of HTTP can");
        }
        if (user.isEmpty() && !upstream.getSecretReference().isEmpty()) {
            violations.add("upstream secretReference is given without a userName");
        }
        try {
            SecretReference.parse(upstream.getSecretReference());
        } catch (IllegalArgumentException e) {
            violations.add("upstream " + e.getMessage());
        }
    }

    /** UNKNOWN: empty, or no such type. */
    private static PoolType poolType(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "mobile" -> PoolType.MOBILE;
            case "residential" -> PoolType.RESIDENTIAL;
            case "isp" -> PoolType.ISP;
            case "datacenter" -> PoolType.DATACENTER;
            default -> PoolType.UNKNOWN;
        };
    }

    String exitId() {
        return info.exitId();
    }

    /** Whether it leads through the same door: if not, what is open there ends. */
    boolean sameDoor(UpstreamTerms other) {
        return kind == other.kind && address.equals(other.address) && userName.equals(other.userName);
    }
}
