package io.fairlead.relay.room;

import io.fairlead.relay.flv.OtherForm;
import io.fairlead.relay.flv.Tag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** What tags are wrapped in for a viewer. */
public enum Container {
    FLV {
        @Override
        ByteBuf wire(Tag tag) {
            return tag.wire();
        }
    },
    /** MPEG transport stream; made of a room's tags while somebody asks for it. */
    TS {
        @Override
        ByteBuf wire(Tag tag) {
            OtherForm form = tag.otherForm();
            return form == null ? Unpooled.EMPTY_BUFFER : form.wire();
        }
    };

    /** What stands for a tag, not retained; empty if nothing does. */
    abstract ByteBuf wire(Tag tag);

    /** Bytes of that. */
    int bytes(Tag tag) {
        return wire(tag).readableBytes();
    }

    /** Whether it has a place for what a tag carries, as far as that is known. */
    boolean carries(Tag tag) {
        OtherForm form = tag.otherForm();
        return this == FLV || form == null || form.carried();
    }

    /** Whether one who has read nothing can begin at a tag at which decoding can begin. */
    boolean opens(Tag tag) {
        OtherForm form = tag.otherForm();
        return this == FLV || (form != null && form.opens());
    }
}
