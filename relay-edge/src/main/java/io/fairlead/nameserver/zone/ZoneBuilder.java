package io.fairlead.nameserver.zone;

import io.fairlead.nameserver.wire.Body;
import io.fairlead.nameserver.wire.Body.Section;
import io.fairlead.nameserver.wire.Names;
import io.fairlead.nameserver.wire.Rcode;
import io.fairlead.nameserver.wire.RecordType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes a zone of a file: checks what belongs together, and prepares an answer for each name and type.
 *
 * <p>A name answers with its records; with its CNAME and what that leads to within the zone (RFC 6604: the code is that of the last name); with a
 * referral at and below a cut; else with the SOA (RFC 2308), whose TTL is the lesser of its own and its minimum. Nothing is added that was not asked
 * for but the addresses of name servers in a referral.
 */
final class ZoneBuilder {

    private static final int CHAIN_MAX = 8;
    private static final int NS_TTL_ANY_S = 3_600;

    /** RFC 8482 §4.2. */
    private static final byte[] HINFO = "\u0007RFC8482\u0000".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    /** What must not stand in the file of a zone that is signed here: it is made. */
    private static final Set<Integer> MADE =
            Set.of(RecordType.RRSIG, RecordType.NSEC, RecordType.DNSKEY, 50 /* NSEC3 */, 51 /* NSEC3PARAM */);

    private final ZoneFile file;
    private final List<ZoneKey> keys;

    /** By name in lower case, text form; each type with its records. */
    private final Map<String, Place> places = new LinkedHashMap<>();

    private @Nullable ZoneRecord soa;
    private byte[] apex = new byte[1];

    /** A name of the zone; it has no records if others lie below it only. */
    private static final class Place {
        final byte[] name;
        final Map<Integer, List<ZoneRecord>> records = new TreeMap<>();

        @Nullable
        MappedName mapped;

        Place(byte[] name) {
            this.name = name;
        }

        boolean isEmpty() {
            return records.isEmpty() && mapped == null;
        }
    }

    ZoneBuilder(ZoneFile file, List<ZoneKey> keys) {
        this.file = file;
        this.keys = List.copyOf(keys);
    }

    Zone.Loaded build() {
        findApex();
        if (soa != null) {
            file.records().forEach(this::checkMade);
            file.records().forEach(this::place);
            keys.forEach(key -> place(new ZoneRecord(apex, RecordType.DNSKEY, ZoneKey.TTL_S, key.data())));
            file.mapped().forEach(this::place);
            places.values().forEach(this::check);
            checkTargets();
        }
        List<ZoneProblem> problems = new ArrayList<>(file.problems());
        problems.sort(Comparator.comparingInt(ZoneProblem::line));
        ZoneRecord start = soa;
        if (start == null || problems.stream().anyMatch(ZoneProblem::error)) {
            return new Zone.Loaded(null, problems);
        }
        return new Zone.Loaded(
                new Zone(
                        apex,
                        serial(start),
                        file.records().size(),
                        nodes(start),
                        file.mapped().stream().map(entry -> entry.name).toList(),
                        keys,
                        negativeTtlS(start)),
                problems);
    }

    private void findApex() {
        List<ZoneRecord> starts = file.records().stream()
                .filter(record -> record.type == RecordType.SOA)
                .toList();
        if (starts.size() != 1) {
            file.problem(
                    starts.size() > 1 ? starts.get(1).line : 0,
                    true,
                    starts.isEmpty()
                            ? "the zone has no SOA record; it must have one, at its name"
                            : "a second SOA record; a zone has one");
            return;
        }
        soa = starts.get(0);
        apex = Names.lower(starts.get(0).owner);
    }

    private static long serial(ZoneRecord soa) {
        int at = soa.data.length - 20;
        long serial = 0;
        for (int i = at; i < at + 4; i++) {
            serial = serial << 8 | (soa.data[i] & 0xFF);
        }
        return serial;
    }

    private void checkMade(ZoneRecord record) {
        if (!keys.isEmpty() && MADE.contains(record.type)) {
            file.problem(
                    record.line,
                    true,
                    record.ownerText() + " has a record of type " + record.type
                            + ", which is made when the zone is signed; leave it out");
        }
    }

    private void place(ZoneRecord record) {
        Place place = within(record.owner, record.line);
        if (place == null) {
            return;
        }
        List<ZoneRecord> same = place.records.computeIfAbsent(record.type, type -> new ArrayList<>());
        if (same.stream().anyMatch(other -> Arrays.equals(other.data, record.data))) {
            file.problem(record.line, false, record.ownerText() + " has this record twice; one of them counts");
            return;
        }
        if (!same.isEmpty() && same.get(0).ttlS != record.ttlS) {
            file.problem(
                    record.line,
                    false,
                    "records of " + record.ownerText() + " " + RecordType.name(record.type)
                            + " have different TTLs; the least counts (RFC 2181 §5.2)");
        }
        same.add(record);
    }

    private void place(ZoneFile.MappedEntry entry) {
        Place place = within(entry.owner, entry.line);
        if (place != null) {
            place.mapped = entry.name;
        }
    }

    private @Nullable Place within(byte[] owner, int line) {
        byte[] name = Names.lower(owner);
        if (!Names.isWithin(name, apex)) {
            file.problem(line, true, Names.text(owner) + " is not in the zone " + Names.text(apex));
            return null;
        }
        Place place = placeOf(name);
        for (byte[] up = name; !Arrays.equals(up, apex); ) {
            up = Names.parent(up);
            placeOf(up);
        }
        return place;
    }

    private Place placeOf(byte[] name) {
        return places.computeIfAbsent(Names.text(name), text -> new Place(name));
    }

    // ---- checks

    private void check(Place place) {
        boolean top = Arrays.equals(place.name, apex);
        String name = Names.text(place.name);
        List<ZoneRecord> aliases = place.records.getOrDefault(RecordType.CNAME, List.of());
        if (!aliases.isEmpty() && (place.records.size() > 1 || aliases.size() > 1 || place.mapped != null)) {
            file.problem(
                    aliases.get(aliases.size() - 1).line,
                    true,
                    name + " has a CNAME and something else; an alias stands alone (RFC 2181 §10.1)");
        }
        if (top && !place.records.containsKey(RecordType.NS)) {
            file.problem(0, true, "the zone has no NS record at " + name + "; name at least one name server");
        }
        if (place.mapped != null
                && (place.records.containsKey(RecordType.A)
                        || place.records.containsKey(RecordType.AAAA)
                        || place.records.containsKey(RecordType.HTTPS)
                        || (place.records.containsKey(RecordType.NS) && !top))) {
            file.problem(
                    place.records.values().iterator().next().get(0).line,
                    true,
                    name
                            + " is mapped, so its A, AAAA and HTTPS records come from the map; leave those of the file out");
        }
        if (!top && Names.isWildcard(place.name) && place.records.containsKey(RecordType.NS)) {
            file.problem(
                    place.records.get(RecordType.NS).get(0).line,
                    true,
                    name + " is a wildcard, which can't be delegated");
        }
    }

    private void checkTargets() {
        for (Place place : List.copyOf(places.values())) {
            place.records.forEach((type, records) -> {
                if (type == RecordType.NS || type == RecordType.MX || type == RecordType.SRV) {
                    records.forEach(this::checkTarget);
                }
            });
        }
    }

    private void checkTarget(ZoneRecord record) {
        byte[] target = record.target();
        if (target.length == 1 || !Names.isWithin(target, apex) || cutAbove(target) != null) {
            return;
        }
        Place place = resolve(target);
        String text = record.ownerText() + " " + RecordType.name(record.type) + " names " + Names.text(target);
        if (place == null) {
            file.problem(record.line, false, text + ", which is not in the zone");
        } else if (place.records.containsKey(RecordType.CNAME)) {
            file.problem(record.line, false, text + ", which is an alias; name what it stands for (RFC 2181 §10.3)");
        } else if (place.mapped == null
                && !place.records.containsKey(RecordType.A)
                && !place.records.containsKey(RecordType.AAAA)) {
            file.problem(record.line, false, text + ", which has no address");
        }
    }

    /** The place that answers for a name: itself, or a wildcard. Null: there is none. */
    private @Nullable Place resolve(byte[] name) {
        Place exact = places.get(Names.text(name));
        if (exact != null) {
            return exact;
        }
        for (byte[] up = name; !Arrays.equals(up, apex); ) {
            up = Names.parent(up);
            if (places.containsKey(Names.text(up))) {
                String closest = up.length == 1 ? "" : Names.text(up);
                return places.get("*." + closest);
            }
        }
        return null;
    }

    /** The cut at or above a name, the topmost; null: there is none. */
    private @Nullable Place cutAbove(byte[] name) {
        Place topmost = null;
        for (byte[] up = name; !Arrays.equals(up, apex); up = Names.parent(up)) {
            Place place = places.get(Names.text(up));
            if (place != null && place.records.containsKey(RecordType.NS)) {
                topmost = place;
            }
        }
        return topmost;
    }

    // ---- answers

    private List<Node> nodes(ZoneRecord start) {
        Answer noData = Answer.of(negative(start, Rcode.NOERROR));
        Answer missing = Answer.of(negative(start, Rcode.NXDOMAIN));
        Map<String, Node> nodes = new LinkedHashMap<>();
        for (Place place : places.values()) {
            nodes.put(Names.text(place.name), node(place, start, noData, missing));
        }
        nodes.forEach((name, node) -> {
            if (Names.isWildcard(node.name)) {
                Node parent = nodes.get(Names.text(Names.parent(node.name)));
                if (parent != null) {
                    parent.wildcard = node;
                }
            }
        });
        return List.copyOf(nodes.values());
    }

    private Node node(Place place, ZoneRecord start, Answer noData, Answer missing) {
        Node node = new Node(place.name, missing, noData);
        Place cut = cutAbove(place.name);
        if (cut != null) {
            node.referral = Answer.of(referral(cut));
            node.cut = cut == place;
            List<ZoneRecord> signers = place.records.get(RecordType.DS);
            if (signers != null && node.cut) {
                node.put(RecordType.DS, Answer.of(body(place, signers)));
                node.signers = signers.stream().map(record -> record.data).toList();
            }
            return node;
        }
        List<ZoneRecord> alias = place.records.get(RecordType.CNAME);
        if (alias != null) {
            alias(node, place, start);
        } else {
            place.records.forEach((type, records) -> node.put(type, Answer.of(body(place, records))));
            mapped(node, place, noData);
        }
        if (!place.isEmpty()) {
            node.any = Answer.of(builder(place.name)
                    .add(Section.ANSWER, null, RecordType.HINFO, NS_TTL_ANY_S, HINFO)
                    .build(Rcode.NOERROR, true));
        }
        return node;
    }

    private static void mapped(Node node, Place place, Answer noData) {
        MappedName name = place.mapped;
        if (name != null) {
            Answer answer = new Answer(builder(place.name).build(Rcode.NOERROR, true), name, Body.OWNER, noData.body());
            node.put(RecordType.A, answer);
            node.put(RecordType.AAAA, answer);
            node.put(RecordType.HTTPS, answer);
        }
    }

    /** Below a wildcard only what is behind the star is the same in all questions. */
    private static Body.Builder builder(byte[] name) {
        return new Body.Builder(Names.isWildcard(name) ? Names.parent(name) : name);
    }

    private static Body body(Place place, List<ZoneRecord> records) {
        Body.Builder builder = builder(place.name);
        add(builder, Section.ANSWER, null, records);
        return builder.build(Rcode.NOERROR, true);
    }

    private static void add(Body.Builder builder, Section section, byte @Nullable [] owner, List<ZoneRecord> records) {
        long ttlS = records.stream().mapToLong(record -> record.ttlS).min().orElse(0);
        records.forEach(record -> builder.add(section, owner, record.type, ttlS, record.data, record.nameAt));
    }

    private Body negative(ZoneRecord start, Rcode rcode) {
        Body.Builder builder = new Body.Builder(apex);
        addStart(builder, start);
        return builder.build(rcode, true);
    }

    private static long negativeTtlS(ZoneRecord start) {
        long minimumS = 0;
        for (int i = start.data.length - 4; i < start.data.length; i++) {
            minimumS = minimumS << 8 | (start.data[i] & 0xFF);
        }
        return Math.min(minimumS, start.ttlS);
    }

    private static void addStart(Body.Builder builder, ZoneRecord start) {
        builder.add(Section.AUTHORITY, start.owner, RecordType.SOA, negativeTtlS(start), start.data, start.nameAt);
    }

    private Body referral(Place cut) {
        Body.Builder builder = new Body.Builder(cut.name);
        List<ZoneRecord> servers = cut.records.getOrDefault(RecordType.NS, List.of());
        add(builder, Section.AUTHORITY, cut.name, servers);
        for (ZoneRecord server : servers) {
            Place glue = places.get(Names.text(server.target()));
            if (glue != null) {
                for (int type : new int[] {RecordType.A, RecordType.AAAA}) {
                    List<ZoneRecord> addresses = glue.records.get(type);
                    if (addresses != null) {
                        add(builder, Section.ADDITIONAL, glue.name, addresses);
                    }
                }
            }
        }
        return builder.build(Rcode.NOERROR, false);
    }

    /** Prepares an alias: one answer for each type at its end, and one for the types that are not there. */
    private void alias(Node node, Place place, ZoneRecord start) {
        List<ZoneRecord> chain = new ArrayList<>();
        Place at = place;
        byte[] target = place.name;
        while (at != null && at.records.containsKey(RecordType.CNAME) && chain.size() < CHAIN_MAX) {
            ZoneRecord next = at.records.get(RecordType.CNAME).get(0);
            if (chain.contains(next)) {
                break; // it goes in a circle, as the file says: whoever asks must find that
            }
            chain.add(next);
            target = next.target();
            boolean ours = Names.isWithin(target, apex) && cutAbove(target) == null;
            at = ours ? resolve(target) : null;
        }
        node.put(RecordType.CNAME, Answer.of(body(place, chain.subList(0, 1))));
        boolean outside = !Names.isWithin(target, apex) || cutAbove(target) != null;
        if (outside || (at != null && at.records.containsKey(RecordType.CNAME))) {
            node.others(Answer.of(chained(place, chain).build(Rcode.NOERROR, true)));
            return;
        }
        Body.Builder nothing = chained(place, chain);
        addStart(nothing, start);
        Body noData = nothing.build(at == null ? Rcode.NXDOMAIN : Rcode.NOERROR, true);
        node.others(Answer.of(noData));
        if (at == null) {
            return;
        }
        byte[] end = target;
        at.records.forEach((type, records) -> {
            Body.Builder found = chained(place, chain);
            add(found, Section.ANSWER, end, records);
            node.put(type, Answer.of(found.build(Rcode.NOERROR, true)));
        });
        MappedName mapped = at.mapped;
        if (mapped != null) {
            Body.Builder found = chained(place, chain);
            Answer answer = new Answer(found.build(Rcode.NOERROR, true), mapped, found.placeOf(end), noData);
            node.put(RecordType.A, answer);
            node.put(RecordType.AAAA, answer);
            node.put(RecordType.HTTPS, answer);
        }
    }

    private static Body.Builder chained(Place place, List<ZoneRecord> chain) {
        Body.Builder builder = builder(place.name);
        byte[] owner = null;
        for (ZoneRecord alias : chain) {
            builder.add(Section.ANSWER, owner, RecordType.CNAME, alias.ttlS, alias.data, alias.nameAt);
            owner = alias.target();
        }
        return builder;
    }
}
