package io.fairlead.proxy.link;

import io.fairlead.proxy.exit.OperatorTerms;
import io.fairlead.proxy.link.ControlLines.RubbishException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Consumer;

/**
 * The supernode's end of a stream by which it tells an agent the operator's terms: PUT of {@link #PATH}, with a {@link TermsLine} in
 * the field {@link #FIELD}. Agents answer 204; those of before answer 400, and the supernode holds to the terms alone.
 *
 * <p>Consumes what comes, and closes the stream with the agent's answer.
 */
final class TermsStream extends ChannelInboundHandlerAdapter {

    static final String PATH = "/fairlead/terms";
    static final String FIELD = "fairlead-terms";

    private final OperatorTerms terms;
    private final Consumer<String> answered;
    private final Runnable failed;

    /**
     * @param answered told the status on the event loop, once the agent has answered
     * @param failed told on the event loop that it could not be asked, as when the link carries as many streams as it may
     */
    TermsStream(OperatorTerms terms, Consumer<String> answered, Runnable failed) {
        this.terms = terms;
        this.answered = answered;
        this.failed = failed;
    }

    /**
     * What is told in a field of a head.
     *
     * @throws RubbishException if it is none, or can't be obeyed
     */
    static OperatorTerms read(CharSequence field) throws RubbishException {
        try {
            return ControlLines.terms(field.toString()).terms();
        } catch (IllegalArgumentException e) {
            throw new RubbishException("terms: " + e.getMessage());
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.writeAndFlush(new DefaultHttp2HeadersFrame(
                        new DefaultHttp2Headers()
                                .method("PUT")
                                .scheme("https")
                                .authority(LinkAuthority.EDGE_NAME)
                                .path(PATH)
                                .set(FIELD, ControlLines.text(TermsLine.of(terms))),
                        true))
                .addListener(sent -> {
                    if (!sent.isSuccess()) {
                        failed.run();
                        ctx.close();
                    }
                });
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        if (frame instanceof Http2HeadersFrame head) {
            answered.accept(String.valueOf(head.headers().status()).replaceAll("[^0-9]", "?"));
            ctx.close();
        }
        ReferenceCountUtil.release(frame);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close(); // the connection broke; the link tells of it
    }
}
