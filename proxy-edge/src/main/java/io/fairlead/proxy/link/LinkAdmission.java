package io.fairlead.proxy.link;

import java.time.Instant;

/** Says whether an exit that has proven its identity may link here: the kill switch and revoked certificates. Must not block. */
@FunctionalInterface
public interface LinkAdmission {

    LinkAdmission EVERYBODY = (exitId, issuedAt) -> "";

    /**
     * @param issuedAt when its certificate was issued
     * @return why not, in one sentence for the agent; empty: it may
     */
    String refusal(String exitId, Instant issuedAt);
}
