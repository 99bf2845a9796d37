package io.fairlead.nameserver.wire;

import io.netty.buffer.ByteBuf;

/**
 * One question as it was read from a packet. Filled anew for each packet by its one owner, so that nothing is allocated for a question; what it
 * says is of the last packet read. Whatever bytes come, reading ends with one of {@link Reading} and never throws.
 *
 * <p>The name is kept twice: in the packet with its case, for the echo, and here in lower case, with the place of each label and a hash of
 * each suffix, so that the closest name of a zone is found without reading it again.
 */
public final class Query {

    /** Longest name on the wire, bytes (RFC 1035 §2.3.4). */
    public static final int NAME_BYTES_MAX = 255;

    /** Bytes of a header. */
    public static final int HEADER_BYTES = 12;

    private static final int LABELS_MAX = 128;
    private static final int OPTION_CLIENT_SUBNET = 8;
    private static final int OPTION_COOKIE = 10;

    /** What becomes of a packet. */
    public enum Reading {
        /** No answer: too short for a header, or an answer itself. */
        DROP,
        /** It can't be read; the header can. */
        FORMAT_ERROR,
        /** Another operation than a question. */
        NOT_IMPLEMENTED,
        /** A version of EDNS that is not known (RFC 6891 §6.1.3). */
        BAD_VERSION,
        /** No question, but a request for a cookie (RFC 7873 §5.4). */
        COOKIE_ONLY,
        /** One question. */
        QUESTION
    }

    private final byte[] name = new byte[NAME_BYTES_MAX];
    private final int[] labelAt = new int[LABELS_MAX];
    private final int[] suffixHash = new int[LABELS_MAX];
    private int start;
    private int id;
    private int flags;
    private int nameBytes;
    private int labels;
    private int type;
    private int recordClass;
    private boolean questionRead;
    private boolean edns;
    private int ednsSize;
    private int ednsVersion;
    private boolean dnssecOk;
    private int subnetAt;
    private int subnetLength;
    private int subnetFamily;
    private int subnetBits;
    private long subnetAddress;
    private int cookieAt;
    private int cookieLength;

    /** Reads a packet, from its reader index to its end. The packet must stay as it is until the answer has been written. */
    public Reading read(ByteBuf packet) {
        start = packet.readerIndex();
        int end = packet.writerIndex();
        questionRead = false;
        edns = false;
        ednsSize = 0;
        ednsVersion = 0;
        dnssecOk = false;
        subnetAt = -1;
        cookieAt = -1;
        nameBytes = 0;
        labels = 0;
        if (end - start < HEADER_BYTES) {
            return Reading.DROP;
        }
        id = packet.getUnsignedShort(start);
        flags = packet.getUnsignedShort(start + 2);
        if ((flags & 0x8000) != 0) {
            return Reading.DROP;
        }
        if ((flags & 0x7800) != 0) {
            return Reading.NOT_IMPLEMENTED;
        }
        return body(packet, end);
    }

    private Reading body(ByteBuf packet, int end) {
        int questions = packet.getUnsignedShort(start + 4);
        int before = packet.getUnsignedShort(start + 6) + packet.getUnsignedShort(start + 8);
        int additional = packet.getUnsignedShort(start + 10);
        int at = start + HEADER_BYTES;
        if (questions > 1) {
            return Reading.FORMAT_ERROR;
        }
        if (questions == 1) {
            at = question(packet, at, end);
            if (at < 0) {
                return Reading.FORMAT_ERROR;
            }
            questionRead = true;
        }
        for (int record = 0; record < before + additional; record++) {
            at = record(packet, at, end, record >= before);
            if (at < 0) {
                edns = false;
                return Reading.FORMAT_ERROR;
            }
        }
        if (at != end) {
            return Reading.FORMAT_ERROR;
        }
        if (edns && ednsVersion > 0) {
            return Reading.BAD_VERSION;
        }
        if (!questionRead) {
            return cookieAt >= 0 ? Reading.COOKIE_ONLY : Reading.FORMAT_ERROR;
        }
        return Reading.QUESTION;
    }

    /** @return where it ends; -1: it is none */
    private int question(ByteBuf packet, int from, int end) {
        int at = from;
        while (true) {
            if (at >= end) {
                return -1;
            }
            int length = packet.getUnsignedByte(at);
            if (length > 63 || at + 1 + length > end || at - from + 1 + length > NAME_BYTES_MAX) {
                return -1;
            }
            labelAt[labels++] = at - from;
            for (int i = at; i <= at + length; i++) {
                name[i - from] = lower(packet.getByte(i));
            }
            at += 1 + length;
            if (length == 0) {
                break;
            }
        }
        nameBytes = at - from;
        labels--; // the root is none
        if (at + 4 > end) {
            return -1;
        }
        hashSuffixes();
        type = packet.getUnsignedShort(at);
        recordClass = packet.getUnsignedShort(at + 2);
        return at + 4;
    }

    private void hashSuffixes() {
        int hash = 0;
        int label = labels - 1;
        for (int i = nameBytes - 1; i >= 0; i--) {
            hash = Names.hash(hash, name[i]);
            if (label >= 0 && labelAt[label] == i) {
                suffixHash[label--] = hash;
            }
        }
    }

    /** Length bytes are under 64, so they never look like capitals. */
    private static byte lower(byte letter) {
        return letter >= 'A' && letter <= 'Z' ? (byte) (letter + 32) : letter;
    }

    /** @return where it ends; -1: it is none, or an OPT where none may be */
    private int record(ByteBuf packet, int from, int end, boolean additional) {
        int at = skipName(packet, from, end);
        if (at < 0 || at + 10 > end) {
            return -1;
        }
        int recordType = packet.getUnsignedShort(at);
        int dataAt = at + 10;
        int dataEnd = dataAt + packet.getUnsignedShort(at + 8);
        if (dataEnd > end) {
            return -1;
        }
        if (recordType == RecordType.OPT) {
            boolean root = at == from + 1;
            if (!additional || !root || edns || !opt(packet, at, dataAt, dataEnd)) {
                return -1;
            }
        }
        return dataEnd;
    }

    private static int skipName(ByteBuf packet, int from, int end) {
        int at = from;
        while (at < end) {
            int length = packet.getUnsignedByte(at);
            if (length == 0) {
                return at + 1;
            }
            if (length >= 0xC0) {
                return at + 2 <= end ? at + 2 : -1;
            }
            if (length > 63 || at - from > NAME_BYTES_MAX) {
                return -1;
            }
            at += 1 + length;
        }
        return -1;
    }

    private boolean opt(ByteBuf packet, int at, int dataAt, int dataEnd) {
        edns = true;
        ednsSize = packet.getUnsignedShort(at + 2);
        ednsVersion = packet.getUnsignedByte(at + 5);
        dnssecOk = (packet.getUnsignedShort(at + 6) & 0x8000) != 0;
        if (ednsVersion > 0) {
            return true; // what its options mean is not known
        }
        int option = dataAt;
        while (option < dataEnd) {
            if (option + 4 > dataEnd) {
                return false;
            }
            int code = packet.getUnsignedShort(option);
            int length = packet.getUnsignedShort(option + 2);
            if (option + 4 + length > dataEnd || !option(packet, code, option + 4, length)) {
                return false;
            }
            option += 4 + length;
        }
        return true;
    }

    private boolean option(ByteBuf packet, int code, int at, int length) {
        return switch (code) {
            case OPTION_CLIENT_SUBNET -> subnet(packet, at, length);
            case OPTION_COOKIE -> cookie(at, length);
            default -> true;
        };
    }

    /** RFC 7871 §6: as many bytes as the prefix needs, none of its bits beyond, scope 0; and only one. */
    private boolean subnet(ByteBuf packet, int at, int length) {
        if (length < 4 || subnetAt >= 0) {
            return false;
        }
        int family = packet.getUnsignedShort(at);
        int bits = packet.getUnsignedByte(at + 2);
        int bytes = length - 4;
        int longest = family == 1 ? 32 : family == 2 ? 128 : 0;
        boolean known = family <= 2 && bits <= longest;
        if (!known || packet.getByte(at + 3) != 0 || bytes != (bits + 7) / 8) {
            return false;
        }
        if (bits % 8 != 0 && (packet.getByte(at + 3 + bytes) & 0xFF >>> bits % 8) != 0) {
            return false;
        }
        long address = 0;
        for (int i = 0; i < 8; i++) {
            address = address << 8 | (i < bytes ? packet.getUnsignedByte(at + 4 + i) : 0);
        }
        subnetAt = at;
        subnetLength = length;
        subnetFamily = family;
        subnetBits = bits;
        subnetAddress = address;
        return true;
    }

    /** RFC 7873 §5.2.2: 8 bytes of the client, or these and 8 to 32 of a server. */
    private boolean cookie(int at, int length) {
        if (length != 8 && (length < 16 || length > 40)) {
            return false;
        }
        if (cookieAt < 0) {
            cookieAt = at;
            cookieLength = length;
        }
        return true;
    }

    // ---- what was read

    public int id() {
        return id;
    }

    /** Flags of the header as they came. */
    public int flags() {
        return flags;
    }

    /** Where the packet begins in its buffer. */
    public int start() {
        return start;
    }

    /** A name, type and class stand behind the header, and may be echoed. */
    public boolean hasQuestion() {
        return questionRead;
    }

    /** Bytes of name, type and class. */
    public int questionBytes() {
        return questionRead ? nameBytes + 4 : 0;
    }

    /** Bytes of the name on the wire, with the root's. */
    public int nameBytes() {
        return nameBytes;
    }

    /** The name in lower case, in wire form; longer than {@link #nameBytes} and written over by the next read. */
    public byte[] name() {
        return name;
    }

    /** Labels without the root. */
    public int labels() {
        return labels;
    }

    /** Where a label begins in {@link #name}; that behind the last is the root. */
    public int labelAt(int label) {
        return label == labels ? nameBytes - 1 : labelAt[label];
    }

    /** Hash of the name from that label on. */
    public int suffixHash(int label) {
        return label == labels ? Names.hash(0, (byte) 0) : suffixHash[label];
    }

    public int type() {
        return type;
    }

    public int recordClass() {
        return recordClass;
    }

    /** It has an OPT record, so the answer has one, too. */
    public boolean edns() {
        return edns;
    }

    /** Bytes of an answer over UDP that the other side takes, as it says. */
    public int ednsSize() {
        return ednsSize;
    }

    /** Its DO bit (RFC 3225). */
    public boolean dnssecOk() {
        return dnssecOk;
    }

    /** It has a client subnet option, so the answer to a question has one, too. */
    public boolean hasSubnet() {
        return subnetAt >= 0;
    }

    /** Place of that option's data in the packet's buffer. */
    public int subnetAt() {
        return subnetAt;
    }

    /** Length of that option's data, bytes. */
    public int subnetLength() {
        return subnetLength;
    }

    /** The client's subnet is one of IPv6. */
    public boolean subnetIpv6() {
        return subnetFamily == 2;
    }

    /** Length of the client's prefix; 0: it is not to be told, or was not. */
    public int subnetBits() {
        return subnetAt < 0 ? 0 : subnetBits;
    }

    /** First address of the client's prefix: its first 64 bits. */
    public long subnetAddress() {
        return subnetAddress;
    }

    /** It has a cookie option. */
    public boolean hasCookie() {
        return cookieAt >= 0;
    }

    /** Place of the cookie in the packet's buffer. */
    public int cookieAt() {
        return cookieAt;
    }

    /** Bytes of the cookie: 8, or 16 to 40. */
    public int cookieLength() {
        return cookieLength;
    }
}
