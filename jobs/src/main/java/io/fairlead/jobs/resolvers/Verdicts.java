package io.fairlead.jobs.resolvers;

import io.fairlead.jobs.source.RawRecord;
import io.fairlead.model.popularity.Popularity;
import io.fairlead.model.popularity.Resolver;
import io.fairlead.model.popularity.TiedClients;
import io.fairlead.schemas.decisions.Bounded;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.NameServerShare;
import io.fairlead.schemas.decisions.PopularityVerdict;
import io.fairlead.schemas.decisions.ResolverClients;
import io.fairlead.schemas.decisions.ResolverPopularity;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.WireEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Puts what was judged of a resolver into the words of the contract. */
final class Verdicts {

    /** Of a round trip: none is known. */
    static final double UNKNOWN_MS = -1;

    private static final DecisionVersion UNSTAMPED = new DecisionVersion(0L, 0L);

    private Verdicts() {}

    /** A judgement without round trips, version and time, which are put on later. */
    static ResolverPopularity draft(String address, Resolver.Judgement judgement, Offer offer) {
        Popularity popularity = judgement.popularity();
        return ResolverPopularity.newBuilder()
                .setResolver(address)
                .setVersion(UNSTAMPED)
                .setIssuedAtMs(0)
                .setPolicyVersion(offer.policyVersion())
                .setVerdict(
                        judgement.nearer().isPresent()
                                ? PopularityVerdict.CONTRADICTED
                                : PopularityVerdict.valueOf(popularity.verdict().name()))
                .setShares(popularity.shares().stream()
                        .map(share -> share(share, offer, popularity.count()))
                        .toList())
                .setCount(popularity.count())
                .setThreshold(popularity.threshold())
                .setPreferred(judgement.mappedBy())
                .setGroupId(offer.groups().getOrDefault(judgement.mappedBy(), ""))
                .setEvidenceAtMs(judgement.lastMs())
                .setReason(reason(judgement))
                .setClients(List.of())
                .build();
    }

    /** Who asks it. */
    static List<ResolverClients> clients(List<TiedClients.Client> clients) {
        return clients.stream()
                .map(each -> new ResolverClients(each.prefix(), each.weight()))
                .toList();
    }

    private static NameServerShare share(Popularity.Share share, Offer offer, double count) {
        int offered = offer.nameServers().sinceMs().size();
        return NameServerShare.newBuilder()
                .setNameServer(share.nameServer())
                .setGroupId(offer.groups().getOrDefault(share.nameServer(), ""))
                .setShare(new Bounded(
                        share.share(),
                        share.lower(),
                        share.upper(),
                        Math.max(0, share.share() * (count + offered) - 1)))
                .setRttMs(UNKNOWN_MS)
                .setCalibratedMs(UNKNOWN_MS)
                .build();
    }

    private static String reason(Resolver.Judgement judgement) {
        Popularity popularity = judgement.popularity();
        if (popularity.shares().isEmpty()) {
            return "no name server is on offer";
        }
        Popularity.Share first = popularity.shares().get(0);
        String asked = String.format(
                Locale.ROOT,
                "%.0f %% of %.0f questions went to %s, and over %.0f %% are more than chance",
                100 * first.share(),
                popularity.count(),
                first.nameServer(),
                100 * popularity.threshold());
        String mapped = judgement.mappedBy().isEmpty() ? "" : "; it stays with " + judgement.mappedBy();
        if (judgement.nearer().isPresent()) {
            return asked + ", but the way to " + judgement.nearer().get() + " was measured to be far shorter";
        }
        return switch (popularity.verdict()) {
            case PREFERS ->
                first.nameServer().equals(judgement.mappedBy())
                        ? asked
                        : asked + ", but it was mapped anew not long ago" + mapped;
            case INDIFFERENT -> asked + ": none is preferred";
            case TOO_FEW ->
                String.format(Locale.ROOT, "%.1f proven questions are too few to say anything", popularity.count());
            case UNSETTLED -> "name servers come, go or are out, so shares say nothing now" + mapped;
        };
    }

    /** As it goes to its topic; null: nothing is known of the resolver any more. */
    static RawRecord record(String address, @Nullable ResolverPopularity popularity) {
        return new RawRecord(
                Topics.DECISIONS_POPULARITY.name(),
                0,
                0,
                0,
                address.getBytes(StandardCharsets.UTF_8),
                popularity == null ? null : WireEncoder.encode(popularity));
    }
}
