package io.fairlead.relay.ts;

import io.fairlead.relay.flv.OtherForm;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** A tag as packets of a transport stream. */
final class TsForm implements OtherForm {

    /** Of what a transport stream has nothing for. */
    static final TsForm NOTHING = new TsForm(Unpooled.EMPTY_BUFFER, false, true, 0);

    /** Of media that have no place in it. */
    static final TsForm NOT_CARRIED = new TsForm(Unpooled.EMPTY_BUFFER, false, false, 0);

    private final ByteBuf wire;
    private final boolean opens;
    private final boolean carried;
    private final int countersBefore;

    /**
     * Takes over the buffer.
     *
     * @param countersBefore of {@link TsPackets#counters}, as they were before it
     */
    TsForm(ByteBuf wire, boolean opens, boolean carried, int countersBefore) {
        this.wire = wire;
        this.opens = opens;
        this.carried = carried;
        this.countersBefore = countersBefore;
    }

    @Override
    public ByteBuf wire() {
        return wire;
    }

    @Override
    public boolean opens() {
        return opens;
    }

    @Override
    public boolean carried() {
        return carried;
    }

    @Override
    public void writeGap(ByteBuf out) {
        TsPackets.gap(out, countersBefore);
    }

    @Override
    public void release() {
        wire.release();
    }
}
