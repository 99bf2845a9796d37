package io.fairlead.relay.server;

import io.fairlead.schemas.config.RoomAdmission;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Admits to each room as its terms say, and as the relay server is set where they leave it to that. A room whose terms ask for what this relay
 * server does not have takes nobody: 503 with the reason.
 */
public final class RoomAdmissions implements Admission {

    private final RoomBook book;
    private final RoomAdmission ofEdge;
    private final @Nullable Admission signed;
    private final @Nullable Admission hook;

    /**
     * @param ofEdge for rooms that leave it to the relay server
     * @param signed null: there is no key for signed addresses
     * @param hook null: there is no service to ask
     * @throws IllegalArgumentException if {@code ofEdge} is one that is not there
     */
    public RoomAdmissions(RoomBook book, RoomAdmission ofEdge, @Nullable Admission signed, @Nullable Admission hook) {
        this.book = book;
        this.ofEdge = ofEdge;
        this.signed = signed;
        this.hook = hook;
        if (ofEdge == RoomAdmission.EDGE || ofEdge == RoomAdmission.UNKNOWN) {
            throw new IllegalArgumentException("admission is " + ofEdge + "; say open, signed or hook");
        }
        if (by(ofEdge) == null) {
            throw new IllegalArgumentException(missing(ofEdge));
        }
    }

    @Override
    public CompletionStage<Verdict> judge(WatchRequest request) {
        RoomTerms terms = book.terms(request.room());
        RoomAdmission asked = terms == null || terms.admission() == RoomAdmission.EDGE ? ofEdge : terms.admission();
        Admission admission = by(asked);
        return admission == null
                ? CompletableFuture.completedStage(
                        new Verdict(503, "the room " + request.room() + " can't be watched here: " + missing(asked)))
                : admission.judge(request);
    }

    private @Nullable Admission by(RoomAdmission asked) {
        return switch (asked) {
            case OPEN -> Admission.OPEN;
            case SIGNED -> signed;
            case HOOK -> hook;
            case EDGE, UNKNOWN -> null;
        };
    }

    private static String missing(RoomAdmission asked) {
        return switch (asked) {
            case SIGNED ->
                "admission is by signed addresses, but the relay server has no key; give it --signing-key-file";
            case HOOK ->
                "admission is by a service, but the relay server has no address of one; give it --admission-hook";
            case OPEN, EDGE, UNKNOWN -> "its admission is of a kind that this relay server does not know";
        };
    }
}
