package io.fairlead.proxy.tenant;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.EventExecutor;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Counts what is read from a channel for the tenant whose request is served, and holds reading back while the tenant is over its
 * bytes a second: the sockets fill up, and whoever sends waits. One stands in the user's pipeline and one in the tunnel's, so that each
 * direction is counted where it comes in.
 *
 * <p>Takes {@link ByteBuf}s and what holds one; passes everything on. Sends {@code read} on, at once or when the tenant has paid for
 * what was read. The channel must not read by itself ({@code AUTO_READ} off). Confined to the channel's event loop.
 */
public final class MeteredReads extends ChannelDuplexHandler {

    private final Share share = new Share();
    private @Nullable TenantTraffic traffic;
    private @Nullable TenantTraffic owedTo;
    private @Nullable ChannelHandlerContext context;
    private long unclaimedBytes;
    private boolean held;
    private boolean readWanted;
    private boolean gone;

    /** Of a channel whose tenant is not known yet. */
    public MeteredReads() {}

    /** Of a channel that serves one tenant. */
    public MeteredReads(TenantTraffic traffic) {
        this.traffic = traffic;
        this.owedTo = traffic;
    }

    /** A request of this tenant is served from now on; what was read since the last one is its. */
    public void enter(TenantTraffic tenant) {
        if (owedTo != tenant) {
            release();
            owedTo = tenant;
        }
        traffic = tenant;
        long before = unclaimedBytes;
        unclaimedBytes = 0;
        if (before > 0) {
            count(tenant, (int) Math.min(Integer.MAX_VALUE, before));
        }
    }

    /** It is over. What is owed is still paid for before more is read. */
    public void leave() {
        traffic = null;
        unclaimedBytes = 0;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        int bytes = bytes(message);
        TenantTraffic tenant = traffic;
        if (tenant == null) {
            unclaimedBytes += bytes;
        } else if (bytes > 0) {
            count(tenant, bytes);
        }
        ctx.fireChannelRead(message);
    }

    private void count(TenantTraffic tenant, int bytes) {
        if (tenant.read(share, bytes)) {
            held = true;
        }
    }

    private static int bytes(Object message) {
        if (message instanceof ByteBuf bytes) {
            return bytes.readableBytes();
        }
        return message instanceof ByteBufHolder holder ? holder.content().readableBytes() : 0;
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        TenantTraffic tenant = traffic;
        if (!held && (tenant == null || tenant.rate().mayRead(share))) {
            ctx.read();
        } else {
            held = true;
            readWanted = true;
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        release();
        gone = true;
    }

    private void release() {
        TenantTraffic creditor = owedTo;
        if (creditor != null) {
            creditor.rate().close(share);
        }
    }

    private void goOn() {
        held = false;
        if (readWanted && !gone) {
            readWanted = false;
            Objects.requireNonNull(context).read();
        }
    }

    private final class Share extends ByteRate.Share {

        @Override
        void resume() {
            loop().execute(MeteredReads.this::goOn);
        }

        @Override
        void later(Runnable task, int delayMs) {
            loop().schedule(task, delayMs, TimeUnit.MILLISECONDS);
        }

        /** Stays after the channel: its event loop keeps the clock for the others, too. */
        private EventExecutor loop() {
            return Objects.requireNonNull(context).executor();
        }
    }
}
