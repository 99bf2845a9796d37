package io.fairlead.proxy.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.model.PoolType;
import io.fairlead.proxy.link.ControlLines.RubbishException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.NumericChars;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

/** Whatever an agent says on its control stream is read as what it is, or refused; never anything else. */
class ControlLinesProperties {

    @Property(tries = 500)
    void anyBytesAreALineOrRubbish(@ForAll byte[] bytes) {
        readsOrRefuses(bytes);
    }

    /** JSON with our names and any values, which gets further than noise does. */
    @Property(tries = 500)
    void anyValuesAreALineOrRubbish(
            @ForAll long heartbeat,
            @ForAll long running,
            @ForAll double battery,
            @ForAll @StringLength(max = 300) String text) {
        String quoted = text.replaceAll("[\\\\\"\\p{Cntrl}]", "");
        readsOrRefuses(
                ("{\"protocol\":1,\"exitId\":\"" + quoted + "\",\"heartbeat\":" + heartbeat + ",\"runningRequests\":"
                                + running + ",\"batteryPercent\":" + battery + ",\"objection\":\"" + quoted
                                + "\",\"settled\":[["
                                + heartbeat + "," + running + "," + battery + "]],\"pools\":[\"" + quoted + "\",null]}")
                        .getBytes(StandardCharsets.UTF_8));
    }

    @Property(tries = 200)
    void loadsArriveAsTheyWereSaid(
            @ForAll long heartbeat,
            @ForAll @IntRange(max = 1_000_000) int running,
            @ForAll @IntRange(max = 1_000_000) int capacity,
            @ForAll boolean consent,
            @ForAll @IntRange(min = -1, max = 100) int battery,
            @ForAll @AlphaChars @NumericChars @StringLength(max = 200) String objection,
            @ForAll @IntRange(max = 1_000_000) int elsewhere,
            @ForAll @IntRange(min = 1, max = 9) int supernodes)
            throws RubbishException {
        LoadLine said = new LoadLine(
                heartbeat,
                running,
                capacity,
                consent,
                !consent,
                battery,
                objection,
                consent,
                elsewhere,
                supernodes,
                supernodes - 1);
        assertThat(ControlLines.load(line(said))).isEqualTo(said);
    }

    @Property(tries = 200)
    void hellosArriveAsTheyWereSaid(
            @ForAll @AlphaChars @NumericChars @StringLength(min = 1, max = 60) String id,
            @ForAll @CharRange(from = ' ', to = '~') @StringLength(max = 64) String text,
            @ForAll PoolType poolType,
            @ForAll @LongRange(min = 1) long epochMs,
            @ForAll @LongRange(max = 0xffff_ffffL) long asn,
            @ForAll @IntRange(min = 1, max = 4) int link,
            @ForAll @IntRange(max = 100_000) int capacity,
            @ForAll @Size(max = 64) List<@AlphaChars @StringLength(min = 1, max = 20) String> pools,
            @ForAll boolean agrees)
            throws RubbishException {
        Hello said = new Hello(
                Hello.PROTOCOL,
                id,
                text,
                epochMs,
                link,
                4,
                poolType.name(),
                agrees ? "de" : "",
                text,
                text,
                asn,
                text,
                text,
                agrees,
                capacity,
                pools,
                id,
                agrees);
        ByteBuf line = line(said);
        if (line.readableBytes() <= ControlLines.LONGEST_LINE_BYTES) {
            assertThat(ControlLines.hello(line)).isEqualTo(said);
        }
    }

    @Property(tries = 200)
    void settlementsArriveAsTheyWereSaidAndFitALine(
            @ForAll @Size(max = SettledLine.MOST) List<@LongRange(max = Integer.MAX_VALUE) Long> streams,
            @ForAll @LongRange(max = Long.MAX_VALUE) long bytes)
            throws RubbishException {
        SettledLine said = new SettledLine(
                streams.stream().map(each -> List.of(each, bytes, bytes)).toList());
        ByteBuf line = line(said);
        assertThat(line.readableBytes()).isLessThanOrEqualTo(ControlLines.LONGEST_LINE_BYTES);
        assertThat(ControlLines.isSettled(line)).isTrue();
        assertThat(ControlLines.settled(line)).isEqualTo(said);
    }

    private static ByteBuf line(Record said) {
        ByteBuf line = ControlLines.write(UnpooledByteBufAllocator.DEFAULT, said);
        byte[] bytes = ByteBufUtil.getBytes(line);
        line.release();
        return Unpooled.wrappedBuffer(bytes, 0, bytes.length - 1); // without the line end
    }

    private interface Reading {
        List<String> violations() throws RubbishException;
    }

    private static void readsOrRefuses(byte[] bytes) {
        List<Reading> readings = List.of(
                () -> ControlLines.hello(Unpooled.wrappedBuffer(bytes)).violations(),
                () -> ControlLines.load(Unpooled.wrappedBuffer(bytes)).violations(),
                () -> ControlLines.settled(Unpooled.wrappedBuffer(bytes)).violations());
        for (Reading reading : readings) {
            try {
                assertThat(reading.violations()).isEmpty();
            } catch (RubbishException refused) {
                assertThat(refused.getMessage()).isNotBlank();
            }
        }
    }
}
