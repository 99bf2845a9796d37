package io.fairlead.proxy.link;

import io.fairlead.edge.link.FrameWatch;
import io.fairlead.edge.link.LinkCodec;
import io.fairlead.edge.link.LinkVitals;
import io.fairlead.edge.link.PulseSettings;
import io.fairlead.edge.link.WindowBudget;
import io.fairlead.edge.link.WindowSettings;
import io.fairlead.proxy.exit.OperatorTerms;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** The agent's end of a link, as far as it is the same protocol: codec, windows, pulse, and bytes of tunnels. */
public final class AgentEnd {

    /** Told on the link's event loop. */
    public interface Listener {

        /** The supernode asks how we are: answer with a load line that carries this payload. */
        void asked(long payload);

        /** The supernode left a question unanswered. */
        void silent(long quietMs);

        /** The supernode's frames are none that a link may carry; nothing more is read. The link must be closed, with this code. */
        void violated(Http2Error code, String detail);
    }

    private final LinkVitals vitals;
    private TunnelEnds ends = (stream, read, written, clean) -> {};

    private AgentEnd(LinkVitals vitals) {
        this.vitals = vitals;
    }

    /**
     * Puts HTTP/2 on a channel whose TLS handshake is done. Streams that the supernode opens go to {@code streams}; frames
     * of the link itself (GOAWAY) to what is added to the pipeline after this.
     */
    public static AgentEnd install(
            ChannelPipeline pipeline,
            WindowSettings windows,
            WindowBudget budget,
            PulseSettings pulse,
            LongSupplier nanoClock,
            RandomGenerator random,
            ChannelHandler streams,
            Listener listener) {
        Http2FrameCodec codec = LinkCodec.accepting(windows);
        LinkVitals vitals = new LinkVitals(
                codec, ControlStream.PER_LINK, windows, budget, pulse, nanoClock, random, new LinkVitals.Listener() {
                    @Override
                    public void answered(long payload, long roundTripNanos) {
                        // The round trip is the supernode's to judge.
                    }

                    @Override
                    public void asked(long payload) {
                        listener.asked(payload);
                    }

                    @Override
                    public void silent(long quietMs) {
                        listener.silent(quietMs);
                    }
                });
        FrameWatch watch = new FrameWatch(LinkCodec.ofOpeningEnd(), nanoClock, new FrameWatch.Complaints() {
            @Override
            public void flooded() {
                listener.violated(Http2Error.ENHANCE_YOUR_CALM, "too many frames that lead nowhere");
            }

            @Override
            public void violated(Http2Error code, String detail) {
                listener.violated(code, detail);
            }
        });
        pipeline.addLast(watch, codec, vitals, new Http2MultiplexHandler(streams));
        return new AgentEnd(vitals);
    }

    /** Begins to beat and widens the link's window; called once, when the supernode has spoken. */
    public void start() throws Http2Exception {
        vitals.start();
    }

    /** A tunnel has begun. */
    public void wake() {
        vitals.wake();
    }

    /** Turns the stream into plain bytes, from the handler that has taken its head. */
    public void toBytes(ChannelHandlerContext head) {
        head.pipeline().replace(head.name(), null, new TunnelBytes(vitals, this::ended));
    }

    /** The supernode asks to be told, on the control stream, what tunnels have moved. */
    public void settleOn(Channel control) {
        ends = new AgentTally(control);
    }

    private void ended(Http2StreamChannel stream, long read, long written, boolean clean) {
        ends.ended(stream, read, written, clean);
    }

    /** Field of the control stream's head by which a supernode asks for that. */
    public static String settleField() {
        return ControlStream.SETTLE_FIELD;
    }

    /** Path to which a supernode PUTs its operator's terms. */
    public static String termsPath() {
        return TermsStream.PATH;
    }

    /**
     * The terms in the head of such a request.
     *
     * @throws IllegalArgumentException that says what can't be obeyed
     */
    public static OperatorTerms terms(Http2Headers head) {
        CharSequence field = head.get(TermsStream.FIELD);
        try {
            return TermsStream.read(field == null ? "" : field);
        } catch (ControlLines.RubbishException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** Fields of a CONNECT that the supernode adds. */
    public static String timeoutField() {
        return TunnelOpening.TIMEOUT_FIELD;
    }
}
