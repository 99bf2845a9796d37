package io.fairlead.relay.flv;

import org.jspecify.annotations.Nullable;

/**
 * By what one who has a key frame lets another recognise it: its size and its hash. Whoever asks for a room again says so which key frame it had
 * last, and is sent everything from there on, if that is kept still.
 *
 * @param payloadBytes of the tag
 * @param hash CRC-32C of its payload
 */
public record KeyFrameMark(int payloadBytes, int hash) {

    public static KeyFrameMark of(Tag key) {
        return new KeyFrameMark(key.payloadBytes(), key.hash());
    }

    /** What {@link #toString} wrote; null if it is nothing of that kind. */
    public static @Nullable KeyFrameMark parse(@Nullable CharSequence text) {
        if (text == null) {
            return null;
        }
        String[] parts = text.toString().split("-", -1);
        if (parts.length != 2) {
            return null;
        }
        try {
            return new KeyFrameMark(Integer.parseInt(parts[0]), Integer.parseUnsignedInt(parts[1], 16));
        } catch (NumberFormatException e) {
            return null; // of somebody who means something else by that field
        }
    }

    /** Whether that is the key frame, as far as size and hash can say. */
    public boolean marks(Tag tag) {
        return tag.part() == Part.KEY_FRAME && tag.payloadBytes() == payloadBytes && tag.hash() == hash;
    }

    @Override
    public String toString() {
        return payloadBytes + "-" + Integer.toHexString(hash);
    }
}
