package io.fairlead.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class RequestDecoderProperties {

    /** Read back as text: a line for each head, body part, end and refusal. */
    private static List<String> read(byte[] bytes, List<Integer> cuts) {
        List<String> seen = new ArrayList<>();
        RequestDecoder decoder = new RequestDecoder(FrontSettings.DEFAULTS);
        EmbeddedChannel channel = new EmbeddedChannel(decoder, new Reader(decoder, seen));
        int at = 0;
        for (int cut : cuts) {
            int to = Math.min(bytes.length, at + cut);
            channel.writeInbound(Unpooled.copiedBuffer(bytes, at, to - at));
            at = to;
        }
        channel.writeInbound(Unpooled.copiedBuffer(bytes, at, bytes.length - at));
        channel.finishAndReleaseAll();
        return seen;
    }

    private static final class Reader extends ChannelInboundHandlerAdapter {

        private final RequestDecoder decoder;
        private final List<String> seen;
        private final StringBuilder body = new StringBuilder();

        Reader(RequestDecoder decoder, List<String> seen) {
            this.decoder = decoder;
            this.seen = seen;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof RequestHead head) {
                HttpRequest request = head.request();
                seen.add(request.method() + " " + request.uri() + " " + request.protocolVersion() + " "
                        + request.headers().entries() + " " + head.bodyBytes());
                decoder.resume(ctx.pipeline().context(decoder));
            } else if (message instanceof HttpContent part) {
                body.append(part.content().toString(StandardCharsets.ISO_8859_1));
                boolean last = part instanceof LastHttpContent;
                part.release();
                if (last) {
                    seen.add("body " + body);
                    body.setLength(0);
                    decoder.resume(ctx.pipeline().context(decoder));
                }
            } else if (message instanceof MalformedRequest why) {
                assertThat(why.detail()).isNotBlank();
                seen.add("malformed");
            } else {
                ReferenceCountUtil.release(message);
                throw new AssertionError("nobody sends " + message.getClass());
            }
        }
    }

    /** Where the network cuts a stream of requests changes nothing. */
    @Property(tries = 500)
    void howBytesAreCutDoesNotMatter(
            @ForAll("streams") List<String> requests,
            @ForAll @Size(max = 40) List<@IntRange(min = 1, max = 60) Integer> cuts) {
        byte[] bytes = String.join("", requests).getBytes(StandardCharsets.ISO_8859_1);
        List<String> whole = read(bytes, List.of());
        assertThat(whole).noneMatch("malformed"::equals);
        assertThat(whole.stream().filter(line -> !line.startsWith("body"))).hasSameSizeAs(requests);
        assertThat(read(bytes, cuts)).isEqualTo(whole);
    }

    /** Nothing that comes breaks it; after the first bytes that are no request, nothing more is read. */
    @Property(tries = 2_000)
    void whateverComesIsReadOrRefusedOnce(
            @ForAll("streams") List<String> requests,
            @ForAll("slips") List<Slip> slips,
            @ForAll @Size(max = 10) List<@IntRange(min = 1, max = 60) Integer> cuts) {
        byte[] bytes = broken(String.join("", requests), slips);
        List<String> seen = read(bytes, cuts);
        int refused = seen.indexOf("malformed");
        assertThat(refused).isIn(-1, seen.size() - 1);
        assertThat(seen).isEqualTo(read(bytes, List.of()));
    }

    /** What is let through means the same to another reader: it finds the same body where we found one. */
    @Property(tries = 2_000)
    void whatIsReadIsReadAlikeElsewhere(@ForAll("requests") String request, @ForAll("slips") List<Slip> slips) {
        byte[] bytes = broken(request, slips);
        List<String> seen = read(bytes, List.of());
        EmbeddedChannel other = new EmbeddedChannel(new HttpRequestDecoder());
        other.writeInbound(Unpooled.copiedBuffer(bytes));
        Object first = other.readInbound();
        boolean bothRead = !seen.isEmpty()
                && !seen.get(0).equals("malformed")
                && first instanceof HttpRequest asked
                && asked.decoderResult().isSuccess();
        if (bothRead) {
            HttpRequest request2 = (HttpRequest) first;
            long length = HttpUtil.isTransferEncodingChunked(request2)
                    ? RequestHead.CHUNKED
                    : HttpUtil.getContentLength(request2, 0L);
            assertThat(seen.get(0))
                    .startsWith(request2.method() + " " + request2.uri() + " ")
                    .endsWith(" " + length);
        }
        ReferenceCountUtil.release(first);
        other.finishAndReleaseAll();
    }

    /** One byte changed, put in or taken out. */
    record Slip(int at, int kind, char with) {}

    private static byte[] broken(String text, List<Slip> slips) {
        StringBuilder bytes = new StringBuilder(text);
        for (Slip slip : slips) {
            int at = slip.at % Math.max(1, bytes.length());
            switch (slip.kind) {
                case 0 -> bytes.setCharAt(at, slip.with);
                case 1 -> bytes.insert(at, slip.with);
                default -> bytes.deleteCharAt(at);
            }
            if (bytes.isEmpty()) {
                bytes.append('G');
            }
        }
        return bytes.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    @Provide
    Arbitrary<List<Slip>> slips() {
        Arbitrary<Character> any = Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(3, Arbitraries.of('\r', '\n', ' ', '\t', ':', ';', ',', '\0', '0', '1', 'f')),
                net.jqwik.api.Tuple.of(1, Arbitraries.chars().range('\0', '\u00ff')));
        return Combinators.combine(
                        Arbitraries.integers().between(0, 400),
                        Arbitraries.integers().between(0, 2),
                        any)
                .as(Slip::new)
                .list()
                .ofMaxSize(4);
    }

    @Provide
    Arbitrary<List<String>> streams() {
        return requests().list().ofMinSize(1).ofMaxSize(4);
    }

    @Provide
    Arbitrary<String> requests() {
        Arbitrary<String> word =
                Arbitraries.strings().alpha().numeric().ofMinLength(1).ofMaxLength(12);
        Arbitrary<String> field =
                Combinators.combine(word, word).as((name, value) -> "X-" + name + ": " + value + "\r\n");
        Arbitrary<String> fields = field.list().ofMaxSize(4).map(all -> String.join("", all));
        Arbitrary<String> body = Arbitraries.strings().alpha().ofMaxLength(40);
        return Combinators.combine(word, fields, body, Arbitraries.integers().between(0, 2))
                .as((path, more, content, framing) -> {
                    String head = "POST http://example.org/" + path + " HTTP/1.1\r\nHost: example.org\r\n" + more;
                    return switch (framing) {
                        case 0 -> head + "\r\n";
                        case 1 -> head + "Content-Length: " + content.length() + "\r\n\r\n" + content;
                        default ->
                            head + "Transfer-Encoding: chunked\r\n\r\n"
                                    + (content.isEmpty()
                                            ? ""
                                            : Integer.toHexString(content.length()) + ";x=y\r\n" + content + "\r\n")
                                    + "0\r\nX-Sum: 1\r\n\r\n";
                    };
                });
    }
}
