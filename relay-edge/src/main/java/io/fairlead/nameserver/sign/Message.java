package io.fairlead.nameserver.sign;

import io.fairlead.nameserver.wire.Names;
import io.fairlead.nameserver.wire.Query;
import io.fairlead.nameserver.wire.RecordType;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An answer of our own, taken apart into records with whole names, to be put together again with more of them. */
final class Message {

    private static final int CLASS_IN = 1;
    private static final int SECTIONS = 3;

    /** One record. */
    static final class Item {
        final byte[] owner;
        final int type;
        final long ttlS;
        final byte[] data;

        /** @param owner in wire form, whole */
        Item(byte[] owner, int type, long ttlS, byte[] data) {
            this.owner = owner;
            this.type = type;
            this.ttlS = ttlS;
            this.data = data;
        }

        boolean sameSet(Item other) {
            return type == other.type && Arrays.equals(Names.lower(owner), Names.lower(other.owner));
        }

        /** As signatures are made of it (RFC 4034 §6.2). */
        byte[] canonical() {
            byte[] lower = data.clone();
            int from = namesFrom(type);
            if (from >= 0) {
                int names = type == RecordType.SOA ? 2 : 1;
                int at = from;
                for (int i = 0; i < names; i++) {
                    int end = nameEnd(data, at);
                    System.arraycopy(Names.lower(Arrays.copyOfRange(data, at, end)), 0, lower, at, end - at);
                    at = end;
                }
            }
            return lower;
        }
    }

    /** Where names begin in the data of a type that is old enough to have them in any case; −1: it has none. */
    private static int namesFrom(int type) {
        return switch (type) {
            case RecordType.NS, RecordType.CNAME, RecordType.PTR, RecordType.SOA -> 0;
            case RecordType.MX -> 2;
            case RecordType.SRV -> 6;
            default -> -1;
        };
    }

    private static int nameEnd(byte[] bytes, int from) {
        int at = from;
        while (bytes[at] != 0) {
            at += 1 + bytes[at];
        }
        return at + 1;
    }

    final List<List<Item>> sections = new ArrayList<>();
    private final byte[] head;
    private final byte[] opt;

    private Message(byte[] head, byte[] opt) {
        this.head = head;
        this.opt = opt;
    }

    /**
     * Reads one.
     *
     * @param start of the message
     * @param questionBytes behind its header
     */
    static Message read(ByteBuf from, int start, int questionBytes) {
        byte[] bytes = new byte[from.writerIndex() - start];
        from.getBytes(start, bytes);
        int at = Query.HEADER_BYTES + questionBytes;
        List<List<Item>> sections = new ArrayList<>();
        byte[] opt = {};
        byte[] head = Arrays.copyOf(bytes, at);
        for (int section = 0; section < SECTIONS; section++) {
            List<Item> items = new ArrayList<>();
            for (int left = number(bytes, 6 + 2 * section, 2); left > 0; left--) {
                int begin = at;
                byte[] owner = name(bytes, at);
                at = skipName(bytes, at);
                int type = number(bytes, at, 2);
                long ttlS = number(bytes, at + 4, 4) & 0xFFFFFFFFL;
                int length = number(bytes, at + 8, 2);
                int dataAt = at + 10;
                at = dataAt + length;
                if (type == RecordType.OPT) {
                    opt = Arrays.copyOfRange(bytes, begin, at);
                } else {
                    items.add(new Item(owner, type, ttlS, data(bytes, dataAt, length, type)));
                }
            }
            sections.add(items);
        }
        Message message = new Message(head, opt);
        message.sections.addAll(sections);
        return message;
    }

    private static byte[] data(byte[] bytes, int at, int length, int type) {
        int from = namesFrom(type);
        if (from < 0) {
            return Arrays.copyOfRange(bytes, at, at + length);
        }
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.write(bytes, at, from);
        int next = at + from;
        for (int names = type == RecordType.SOA ? 2 : 1; names > 0; names--) {
            data.writeBytes(name(bytes, next));
            next = skipName(bytes, next);
        }
        data.write(bytes, next, at + length - next);
        return data.toByteArray();
    }

    private static byte[] name(byte[] bytes, int from) {
        ByteArrayOutputStream name = new ByteArrayOutputStream();
        int at = from;
        while (bytes[at] != 0) {
            if ((bytes[at] & 0xC0) == 0xC0) {
                at = number(bytes, at, 2) & 0x3FFF; // our own: always to what stands before it
            } else {
                name.write(bytes, at, 1 + bytes[at]);
                at += 1 + bytes[at];
            }
        }
        name.write(0);
        return name.toByteArray();
    }

    private static int skipName(byte[] bytes, int from) {
        int at = from;
        while (bytes[at] != 0) {
            if ((bytes[at] & 0xC0) == 0xC0) {
                return at + 2;
            }
            at += 1 + bytes[at];
        }
        return at + 1;
    }

    private static int number(byte[] bytes, int at, int size) {
        int value = 0;
        for (int i = at; i < at + size; i++) {
            value = value << 8 | (bytes[i] & 0xFF);
        }
        return value;
    }

    /** The code of the answer becomes NOERROR. */
    void withoutError() {
        head[3] &= (byte) 0xF0;
    }

    /** The name that is asked for, in the case in which it came. */
    byte[] question() {
        return Arrays.copyOfRange(head, Query.HEADER_BYTES, nameEnd(head, Query.HEADER_BYTES));
    }

    /** Writes it; owners that end the name that is asked for are compressed. */
    void write(ByteBuf out) {
        byte[] asked = Names.lower(question());
        for (int section = 0; section < SECTIONS; section++) {
            int count = sections.get(section).size() + (section == SECTIONS - 1 && opt.length > 0 ? 1 : 0);
            head[6 + 2 * section] = (byte) (count >>> 8);
            head[7 + 2 * section] = (byte) count;
        }
        out.writeBytes(head);
        for (List<Item> items : sections) {
            for (Item item : items) {
                owner(out, item.owner, asked);
                out.writeShort(item.type);
                out.writeShort(CLASS_IN);
                out.writeInt((int) item.ttlS);
                out.writeShort(item.data.length);
                out.writeBytes(item.data);
            }
        }
        out.writeBytes(opt);
    }

    private static void owner(ByteBuf out, byte[] owner, byte[] asked) {
        byte[] lower = Names.lower(owner);
        int at = asked.length - lower.length;
        if (lower.length > 2 && at >= 0 && Arrays.equals(asked, at, asked.length, lower, 0, lower.length)) {
            out.writeShort(0xC000 | Query.HEADER_BYTES + at);
        } else {
            out.writeBytes(owner);
        }
    }
}
