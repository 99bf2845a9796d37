package io.fairlead.nameserver.server;

import io.fairlead.nameserver.server.NameServerCounters.Dropped;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes datagrams from one socket and sends an answer to each that gets one, in the buffer that its question came in, so that nothing is allocated for it. What comes in one batch goes out in
 * one. Consumes every datagram; what the kernel does not take at once is dropped by it or by Netty, as datagrams are.
 *
 * <p>Question and answer are worked on in the heap, where each byte costs the least, and copied once.
 */
final class UdpHandler extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(UdpHandler.class);
    private static final int ANSWER_BYTES = 2_048;

    private final Responder responder;
    private final NameServerCounters counters;
    private final ByteBuf question = Unpooled.buffer(NameServer.QUESTION_BYTES_MAX);
    private final ByteBuf answer = Unpooled.buffer(ANSWER_BYTES);

    UdpHandler(Responder responder, NameServerCounters counters) {
        this.responder = responder;
        this.counters = counters;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        DatagramPacket packet = (DatagramPacket) message;
        boolean answered = false;
        try {
            question.clear().writeBytes(packet.content());
            answer.clear();
            answered = responder.respond(question, packet.sender().getAddress(), false, answer);
        } catch (RuntimeException e) {
            counters.count(Dropped.FAULT);
            LOG.error("A question of {} could not be answered; this is a defect.", packet.sender(), e);
        } finally {
            if (!answered) {
                packet.release();
            }
        }
        if (answered) {
            ctx.write(new DatagramPacket(sent(ctx, packet.content()), packet.sender()), ctx.voidPromise());
        }
    }

    /** The answer where its question was, or in a buffer of its own if that has no room for it. */
    private ByteBuf sent(ChannelHandlerContext ctx, ByteBuf came) {
        if (answer.readableBytes() <= came.capacity()) {
            return came.clear().writeBytes(answer);
        }
        came.release();
        return ctx.alloc().directBuffer(answer.readableBytes()).writeBytes(answer);
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
