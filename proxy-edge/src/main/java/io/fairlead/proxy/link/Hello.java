package io.fairlead.proxy.link;

import io.fairlead.model.PoolType;
import io.fairlead.proxy.exit.ExitInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The first line of a link's control stream: who the agent says it is. Identity is proven by the certificate; the rest is
 * a claim, kept as one.
 *
 * @param protocol version of the link's protocol: {@link #PROTOCOL}
 * @param exitId must be what the certificate says
 * @param agentVersion free text
 * @param agentEpochMs start of the agent's process, ms since the Unix epoch
 * @param link number of this link, from 1
 * @param links how many links the agent keeps
 * @param poolType name of a {@link PoolType}
 * @param country ISO 3166-1 alpha-2, lower case; empty: not known
 * @param asn autonomous system number; 0: not known
 * @param consent the owner agrees
 * @param capacityRequests concurrent requests it can run; 0: not declared
 * @param pools names of pools it belongs to
 * @param process a secret of the agent's process, the same on all its links: it resumes its exit with it. Agents of before leave it out
 * @param relieves this link takes the place of one of the same number, whose tunnels may end in peace
 */
public record Hello(
        int protocol,
        String exitId,
        String agentVersion,
        long agentEpochMs,
        int link,
        int links,
        String poolType,
        String country,
        String region,
        String city,
        long asn,
        String os,
        String connectionType,
        boolean consent,
        int capacityRequests,
        List<String> pools,
        String process,
        @Nullable Boolean relieves) {

    public static final int PROTOCOL = 1;

    private static final int MOST_CAPACITY = 100_000;
    private static final int MOST_POOLS = 64;
    private static final long LARGEST_ASN = 0xffff_ffffL;
    private static final Pattern TEXT = Pattern.compile("[ -~]{0,64}");
    private static final Pattern POOL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern COUNTRY = Pattern.compile("([a-z]{2})?");

    private static final Pattern PROCESS = Pattern.compile("[0-9a-zA-Z_-]{0,64}");

    public Hello {
        process = process == null ? "" : process;
        relieves = Boolean.TRUE.equals(relieves);
    }

    /** What is wrong with it, one sentence each; empty: nothing. Fields that JSON left out are null here. */
    @SuppressWarnings("NullAway") // the record comes from a stranger's JSON, and this is where nulls are found
    List<String> violations() {
        List<String> wrong = new ArrayList<>();
        if (protocol != PROTOCOL) {
            wrong.add("protocol is " + protocol + ", this supernode speaks " + PROTOCOL);
        }
        if (exitId == null || !ExitIds.valid(exitId)) {
            wrong.add("exitId is missing or malformed");
        }
        if (agentEpochMs <= 0) {
            wrong.add("agentEpochMs is " + agentEpochMs + ", it must be positive");
        }
        if (link < 1 || links < 1 || link > links) {
            wrong.add("link " + link + " of " + links + " does not exist");
        }
        if (poolType == null || !knownPoolType(poolType)) {
            wrong.add("poolType is none of MOBILE, RESIDENTIAL, ISP, DATACENTER, UNKNOWN");
        }
        if (country == null || !COUNTRY.matcher(country).matches()) {
            wrong.add("country is neither empty nor two lower-case letters");
        }
        if (asn < 0 || asn > LARGEST_ASN) {
            wrong.add("asn is " + asn + ", which no autonomous system has");
        }
        if (capacityRequests < 0 || capacityRequests > MOST_CAPACITY) {
            wrong.add("capacityRequests is " + capacityRequests + ", it must be 0 to " + MOST_CAPACITY);
        }
        for (String text : new String[] {agentVersion, region, city, os, connectionType}) {
            if (text == null || !TEXT.matcher(text).matches()) {
                wrong.add(
                        "one of agentVersion, region, city, os, connectionType is missing or not 0 to 64 printable characters");
                break;
            }
        }
        if (!PROCESS.matcher(process).matches()) {
            wrong.add("process is not 0 to 64 letters, digits, '_' or '-'");
        }
        boolean poolsFine = pools != null
                && pools.size() <= MOST_POOLS
                && pools.stream()
                        .allMatch(pool -> pool != null && POOL.matcher(pool).matches());
        if (!poolsFine) {
            wrong.add("pools are missing, more than " + MOST_POOLS + ", or one has no pool's name");
        }
        return wrong;
    }

    ExitInfo info() {
        return new ExitInfo(
                exitId,
                PoolType.valueOf(poolType),
                country,
                region,
                city,
                asn,
                os,
                consent,
                capacityRequests,
                Set.copyOf(pools),
                agentEpochMs);
    }

    private static boolean knownPoolType(String name) {
        for (PoolType type : PoolType.values()) {
            if (type.name().equals(name)) {
                return true;
            }
        }
        return false;
    }
}
