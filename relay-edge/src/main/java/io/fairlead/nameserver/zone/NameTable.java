package io.fairlead.nameserver.zone;

import io.fairlead.nameserver.wire.Names;
import io.fairlead.nameserver.wire.Query;
import java.util.Arrays;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Nodes by name, found by a part of a question without making an object. Immutable; open addressing at half load. */
final class NameTable {

    private final @Nullable Node[] slots;
    private final int[] hashes;

    NameTable(Collection<Node> nodes) {
        int size = Integer.highestOneBit(Math.max(4, nodes.size() * 2)) * 2;
        slots = new Node[size];
        hashes = new int[size];
        for (Node node : nodes) {
            int hash = Names.hash(node.name);
            int at = place(hash);
            while (slots[at] != null) {
                at = at + 1 & size - 1;
            }
            slots[at] = node;
            hashes[at] = hash;
        }
    }

    private int place(int hash) {
        int mixed = hash * 0x9E3779B9;
        return (mixed ^ mixed >>> 15) & slots.length - 1;
    }

    /** The node of a name in lower case. */
    @Nullable
    Node find(byte[] name) {
        int hash = Names.hash(name);
        for (int at = place(hash); ; at = at + 1 & slots.length - 1) {
            Node node = slots[at];
            if (node == null || (hashes[at] == hash && Arrays.equals(node.name, name))) {
                return node;
            }
        }
    }

    /** The node whose name is that of the question from a label on. */
    @Nullable
    Node find(Query question, int label) {
        int hash = question.suffixHash(label);
        int from = question.labelAt(label);
        for (int at = place(hash); ; at = at + 1 & slots.length - 1) {
            Node node = slots[at];
            if (node == null) {
                return null;
            }
            if (hashes[at] == hash
                    && Arrays.equals(node.name, 0, node.name.length, question.name(), from, question.nameBytes())) {
                return node;
            }
        }
    }
}
