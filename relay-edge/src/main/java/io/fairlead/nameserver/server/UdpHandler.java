package io.fairlead.nameserver.server;

import io.fairlead.nameserver.server.NameServerCounters.Dropped;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes datagrams from one socket and sends an answer to each that gets one. What comes in one batch goes out in one. Consumes every datagram; what
 * the kernel does not take at once is dropped by it or by Netty, as datagrams are.
 */
final class UdpHandler extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(UdpHandler.class);
    private static final int ANSWER_BYTES = 512;

    private final Responder responder;
    private final NameServerCounters counters;

    UdpHandler(Responder responder, NameServerCounters counters) {
        this.responder = responder;
        this.counters = counters;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        DatagramPacket packet = (DatagramPacket) message;
        ByteBuf out = ctx.alloc().directBuffer(ANSWER_BYTES);
        boolean answered = false;
        try {
            answered = responder.respond(packet.content(), packet.sender().getAddress(), false, out);
        } catch (RuntimeException e) {
            counters.count(Dropped.FAULT);
            LOG.error("A question of {} could not be answered; this is a defect.", packet.sender(), e);
        } finally {
            packet.release();
            if (!answered) {
                out.release();
            }
        }
        if (answered) {
            ctx.write(new DatagramPacket(out, packet.sender()), ctx.voidPromise());
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
    }

    /** A socket of datagrams lives on: what failed was one of them, such as one to an address that nobody can reach. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("A datagram was not sent or not taken: {}", cause.toString());
        } else {
            counters.count(Dropped.FAULT);
            LOG.error("The socket {} met a defect.", ctx.channel(), cause);
        }
    }
}
