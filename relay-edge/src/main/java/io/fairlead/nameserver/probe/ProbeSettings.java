package io.fairlead.nameserver.probe;

import io.fairlead.model.map.AddressPrefix;
import java.util.List;
import java.util.regex.Pattern;

/**
 * How an agent measures, and how it minds its manners.
 *
 * @param groupId delivery group that it stands beside
 * @param sourceName domain under which it asks: whoever sees its questions finds out there who asks, and why
 * @param port at which resolvers are asked
 * @param perSecond questions and connections in all, at most
 * @param againMs a resolver that answered is left alone for so long
 * @param unansweredAgainMs one that did not, for so long
 * @param timeoutMs it has for an answer
 * @param maxTargets resolvers that are remembered
 * @param leftOut networks that are never asked
 * @param privateToo whether addresses are asked that no public network has
 */
public record ProbeSettings(
        String groupId,
        String sourceName,
        int port,
        int perSecond,
        int againMs,
        int unansweredAgainMs,
        int timeoutMs,
        int maxTargets,
        List<AddressPrefix> leftOut,
        boolean privateToo) {

    private static final Pattern DOMAIN = Pattern.compile("(?=.{1,200}$)[A-Za-z0-9_-]{1,63}(\\.[A-Za-z0-9_-]{1,63})*");

    /** What no public network has. */
    private static final List<AddressPrefix> PRIVATE = List.of(
            AddressPrefix.parse("0.0.0.0/8"),
            AddressPrefix.parse("10.0.0.0/8"),
            AddressPrefix.parse("100.64.0.0/10"),
            AddressPrefix.parse("127.0.0.0/8"),
            AddressPrefix.parse("169.254.0.0/16"),
            AddressPrefix.parse("172.16.0.0/12"),
            AddressPrefix.parse("192.168.0.0/16"),
            AddressPrefix.parse("224.0.0.0/3"),
            AddressPrefix.parse("::/8"),
            AddressPrefix.parse("fc00::/7"),
            AddressPrefix.parse("fe80::/10"),
            AddressPrefix.parse("ff00::/8"));

    public ProbeSettings {
        leftOut = List.copyOf(leftOut);
        if (groupId.isEmpty()) {
            throw new IllegalArgumentException("no group is named that the agent stands beside");
        }
        if (!DOMAIN.matcher(sourceName).matches()) {
            throw new IllegalArgumentException("the source name '" + sourceName
                    + "' is no domain; name one of yours, with a TXT record that says who asks and how to be left out");
        }
        within("port", port, 1, 65_535);
        within("perSecond", perSecond, 1, 1_000);
        within("againMs", againMs, 60_000, 86_400_000);
        within("unansweredAgainMs", unansweredAgainMs, 60_000, 604_800_000);
        within("timeoutMs", timeoutMs, 100, 10_000);
        within("maxTargets", maxTargets, 1, 5_000_000);
    }

    private static void within(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + value + " but must be " + least + " to " + most);
        }
    }

    /** With what is usual: port 53, 10 a second, each once an hour, or once a day if it does not answer; 2 s for an answer. */
    public static ProbeSettings usual(String groupId, String sourceName) {
        return new ProbeSettings(groupId, sourceName, 53, 10, 3_600_000, 86_400_000, 2_000, 200_000, List.of(), false);
    }

    /** Whether this address may be asked. */
    boolean allows(AddressPrefix address) {
        return leftOut.stream().noneMatch(each -> each.contains(address))
                && (privateToo || PRIVATE.stream().noneMatch(each -> each.contains(address)));
    }

    /** For another port, with networks that are left out. */
    public ProbeSettings with(int otherPort, List<AddressPrefix> otherLeftOut, boolean alsoPrivate) {
        return new ProbeSettings(
                groupId,
                sourceName,
                otherPort,
                perSecond,
                againMs,
                unansweredAgainMs,
                timeoutMs,
                maxTargets,
                otherLeftOut,
                alsoPrivate);
    }

    /** With other bounds for how often. */
    public ProbeSettings withRates(int each, int again, int unansweredAgain, int timeout, int targets) {
        return new ProbeSettings(
                groupId, sourceName, port, each, again, unansweredAgain, timeout, targets, leftOut, privateToo);
    }
}
