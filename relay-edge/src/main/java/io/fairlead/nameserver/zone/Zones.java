package io.fairlead.nameserver.zone;

import io.fairlead.nameserver.wire.Names;
import io.fairlead.nameserver.wire.Query;
import io.fairlead.nameserver.wire.RecordType;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All zones of a name server. Immutable; where zones lie within each other, the inner one answers, but for what is asked of its parent: DS records (RFC 4035 §3.1.4.1). */
public final class Zones {

    /** No zone. */
    public static final Zones NONE = new Zones(List.of());

    private final List<Zone> zones;
    private final NameTable names;

    /** What outer zones say at the names of inner ones. */
    private final NameTable cuts;

    /** @throws IllegalArgumentException if two zones have the same name */
    public Zones(List<Zone> zones) {
        this.zones = List.copyOf(zones);
        Map<String, Node> nodes = new HashMap<>();
        List<Zone> outerFirst = zones.stream()
                .sorted(Comparator.comparingInt(zone -> zone.apex().length))
                .toList();
        Map<String, Node> above = new HashMap<>();
        for (Zone zone : outerFirst) {
            Node cut = nodes.get(zone.name());
            if (cut != null && cut.cut) {
                above.put(zone.name(), cut);
            }
            nodes.keySet().removeIf(name -> name.equals(zone.name()) || name.endsWith("." + zone.name()));
            zone.nodes().forEach(node -> nodes.put(Names.text(node.name), node));
        }
        if (zones.stream().map(Zone::name).distinct().count() < zones.size()) {
            throw new IllegalArgumentException("a zone is given twice: "
                    + zones.stream().map(Zone::name).sorted().collect(Collectors.joining(", ")));
        }
        this.names = new NameTable(nodes.values());
        this.cuts = new NameTable(above.values());
    }

    public List<Zone> zones() {
        return zones;
    }

    /** What to answer to a question of class IN; null: its name is in none of the zones. */
    public @Nullable Answer find(Query question) {
        Node cut = question.type() == RecordType.DS ? cuts.find(question, 0) : null;
        if (cut != null) {
            return at(cut, true, RecordType.DS);
        }
        for (int label = 0; label <= question.labels(); label++) {
            Node node = names.find(question, label);
            if (node != null) {
                return at(node, label == 0, question.type());
            }
        }
        return null;
    }

    /** The zone that answers a question: the innermost that its name is in, or of DS at a cut that one's parent; null: it is in none. */
    public @Nullable Zone of(Query question) {
        boolean above = question.type() == RecordType.DS && cuts.find(question, 0) != null;
        Zone innermost = null;
        for (Zone zone : zones) {
            byte[] apex = zone.apex();
            int at = question.nameBytes() - apex.length;
            boolean within = (above ? at > 0 : at >= 0)
                    && Arrays.equals(question.name(), at, question.nameBytes(), apex, 0, apex.length)
                    && isLabel(question, at);
            if (within && (innermost == null || innermost.apex().length < apex.length)) {
                innermost = zone;
            }
        }
        return innermost;
    }

    private static boolean isLabel(Query question, int at) {
        for (int label = 0; label <= question.labels(); label++) {
            if (question.labelAt(label) == at) {
                return true;
            }
        }
        return false;
    }

    /**
     * Types that a name has, by itself or by a wildcard.
     *
     * @param name in wire form, in lower case
     * @param asked type that was asked for: of DS the side above a cut counts
     * @return null: the name is not there
     */
    public int @Nullable [] types(byte[] name, int asked) {
        Node cut = asked == RecordType.DS ? cuts.find(name) : null;
        Node exact = cut == null ? names.find(name) : cut;
        if (exact != null) {
            return exact.types();
        }
        for (byte[] up = name; up.length > 1; ) {
            up = Names.parent(up);
            Node closest = names.find(up);
            if (closest != null) {
                Node wildcard = closest.wildcard;
                return wildcard == null ? null : wildcard.types();
            }
        }
        return null;
    }

    /** Data of the DS records of a cut. */
    public List<byte[]> signers(byte[] cut) {
        Node node = names.find(cut);
        return node == null ? List.of() : node.signers;
    }

    private static Answer at(Node node, boolean exact, int type) {
        Answer referral = node.referral;
        if (referral != null && !(exact && node.cut && type == RecordType.DS)) {
            return referral;
        }
        if (exact) {
            return node.answer(type);
        }
        Node wildcard = node.wildcard;
        return wildcard == null ? node.missing : wildcard.answer(type);
    }
}
