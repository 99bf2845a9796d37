package io.fairlead.relay.server;

import java.util.concurrent.CompletionStage;

/** Says who may watch. Asked on event loops; must not block, and never fails: what goes wrong is a refusal. */
@FunctionalInterface
public interface Admission {

    /** Everybody. */
    Admission OPEN = request -> java.util.concurrent.CompletableFuture.completedStage(Verdict.ADMITTED);

    CompletionStage<Verdict> judge(WatchRequest request);

    /**
     * What was found.
     *
     * @param status 200 if the viewer may watch, else what it is answered
     * @param sentence why not
     */
    record Verdict(int status, String sentence) {

        public static final Verdict ADMITTED = new Verdict(200, "");

        public boolean admitted() {
            return status == 200;
        }

        public static Verdict refused(String sentence) {
            return new Verdict(403, sentence);
        }
    }
}
