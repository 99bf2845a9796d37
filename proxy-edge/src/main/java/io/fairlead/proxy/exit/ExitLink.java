package io.fairlead.proxy.exit;

import io.fairlead.schemas.telemetry.DisconnectReason;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import java.time.Instant;

/** One link of one exit, as the registry sees it. All methods may be called from any thread. */
public interface ExitLink {

    /** Unique within this process. */
    String linkId();

    /** Which of the agent's links this is, from 1: a link of the same number takes its place. */
    int number();

    /** Known to the agent's process alone, and the same for all its links: what an older or copied process can't know. */
    String process();

    /** It takes the place of a link of the same number that still serves its tunnels. */
    boolean relieves();

    /** When the certificate was issued that it has proven itself with. */
    Instant issuedAt();

    EventLoop eventLoop();

    /** Bytes that wait in this process to be written to the link. */
    long queuedBytes();

    /** Tunnels that are being opened or are open. */
    int tunnels();

    /** Opens a tunnel as in {@link ExitTunnels#open}; the promise belongs to the link's event loop. */
    void open(Target target, TunnelOptions options, Promise<Channel> promise);

    /** Tells the agent why and closes the link with all its tunnels. */
    void close(DisconnectReason reason, String detail);

    /** The operator has other terms for the exit: tells its agent of {@link ExitRegistry#operatorTerms}. */
    void operatorTermsChanged();

    /** Tells the agent to stand elsewhere soon; goes on as before until {@link #drain}. */
    void announceEnd(String detail, int waitMs);

    /** Lets its tunnels end in peace: another link of the same process has its place. */
    void relieved(String detail);

    /** Tells the agent to go elsewhere; opens nothing more, and closes when its tunnels have ended. */
    void drain(String detail);
}
