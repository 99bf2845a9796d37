package io.fairlead.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

class SocksMessagesProperties {

    private static final List<Function<ByteBuf, Object>> READERS =
            List.of(bytes -> SocksMessages.greeting(bytes, false), SocksMessages::secret, SocksMessages::request);

    /** No reader breaks on anything, takes bytes that it does not answer, or waits for more than a message can have. */
    @Property(tries = 3_000)
    void whateverComesIsAnsweredOrAwaited(@ForAll @Size(max = 600) byte[] sent, @ForAll @IntRange(max = 2) int which) {
        ByteBuf bytes = Unpooled.wrappedBuffer(sent);
        Object read = READERS.get(which).apply(bytes);
        if (read == null) {
            assertThat(bytes.readerIndex()).isZero();
            assertThat(sent.length).isLessThan(515);
        }
    }

    /** A whole message is read when its last byte is there, and not before. */
    @Property(tries = 500)
    void aSecretIsReadWhole(
            @ForAll @AlphaChars @StringLength(min = 1, max = 255) String user,
            @ForAll @AlphaChars @StringLength(max = 255) String secret,
            @ForAll @IntRange(min = 1, max = 512) int cut) {
        ByteBuf bytes = Unpooled.buffer().writeByte(1).writeByte(user.length());
        bytes.writeCharSequence(user, StandardCharsets.US_ASCII);
        bytes.writeByte(secret.length()).writeCharSequence(secret, StandardCharsets.US_ASCII);
        int there = bytes.readableBytes() - Math.min(cut, bytes.readableBytes() - 1);
        assertThat(SocksMessages.secret(bytes.slice(0, there))).isNull();
        SocksMessages.Secret read = SocksMessages.secret(bytes);
        assertThat(read).isNotNull();
        assertThat(read.credentials().userName()).isEqualTo(user);
        assertThat(read.credentials().secret()).isEqualTo(secret);
        assertThat(bytes.isReadable()).isFalse();
    }

    @Property(tries = 500)
    void aNameIsReadWhole(
            @ForAll @AlphaChars @StringLength(min = 1, max = 253) String host,
            @ForAll @IntRange(min = 1, max = 65_535) int port,
            @ForAll @IntRange(min = 1, max = 300) int cut) {
        ByteBuf bytes = Unpooled.buffer()
                .writeByte(5)
                .writeByte(1)
                .writeByte(0)
                .writeByte(3)
                .writeByte(host.length());
        bytes.writeCharSequence(host, StandardCharsets.US_ASCII);
        bytes.writeShort(port);
        int there = bytes.readableBytes() - Math.min(cut, bytes.readableBytes() - 1);
        assertThat(SocksMessages.request(bytes.slice(0, there))).isNull();
        SocksMessages.Request read = SocksMessages.request(bytes);
        assertThat(read).isInstanceOf(SocksMessages.Request.Connect.class);
        assertThat(((SocksMessages.Request.Connect) read).target().authority())
                .isEqualTo(host.toLowerCase(java.util.Locale.ROOT) + ":" + port);
    }
}
