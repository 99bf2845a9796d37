package io.fairlead.nameserver.map;

import io.fairlead.edge.table.Decision;
import io.fairlead.edge.table.RawRecord;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.GroupChoice;
import io.fairlead.schemas.decisions.MapCohort;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapEvidence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/** Entries of a map as its job could write them, at random. */
final class MapEntries {

    private final Random random;
    private final List<Integer> groups = new ArrayList<>();

    MapEntries(long seed, int groupCount) {
        this.random = new Random(seed);
        for (int i = 0; i < groupCount; i++) {
            groups.add(i);
        }
    }

    /** Any prefix, as long as may be. */
    AddressPrefix prefix() {
        boolean ipv6 = random.nextInt(4) == 0;
        int length = random.nextInt((ipv6 ? AddressPrefix.IPV6_BITS : AddressPrefix.IPV4_BITS) + 1);
        return new AddressPrefix(ipv6, length == 0 ? 0 : random.nextLong() & -1L << (Long.SIZE - length), length);
    }

    MapEntry entry(AddressPrefix prefix, long jobEpoch, long counter) {
        Collections.shuffle(groups, random);
        int count = 1 + random.nextInt(Choices.MOST);
        double first = random.nextInt(3) == 0 && count > 1 ? random.nextInt(100) / 100.0 : 1;
        List<GroupChoice> choices = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            choices.add(new GroupChoice(
                    "group-" + groups.get(i),
                    i == 0 ? first : i == 1 ? 1 - first : 0,
                    random.nextInt(70_000) / 16.0,
                    random.nextInt(1_000) / 16.0,
                    any(MapEvidence.values())));
        }
        return MapEntry.newBuilder()
                .setPrefix(prefix.toString())
                .setVersion(new DecisionVersion(jobEpoch, counter))
                .setIssuedAtMs(random.nextLong())
                .setPolicyVersion(random.nextLong())
                .setMapEpoch(random.nextInt(1_000))
                .setChoices(choices)
                .setEvidenceAtMs(random.nextLong())
                .setDemandBitsPerSecond(random.nextDouble())
                .setCohort(any(MapCohort.values()))
                .build();
    }

    private <E> E any(E[] of) {
        return of[random.nextInt(of.length)];
    }

    static Decision<MapRecord> decision(MapEntry entry) {
        return Objects.requireNonNull(MapRecord.reader().read(entry.getPrefix(), entry));
    }

    static RawRecord record(String key) {
        return new RawRecord(key, null, 0, 0, 0);
    }

    /** All that is known of an entry, to be compared. */
    static String text(Decision<MapRecord> decision) {
        MapRow row = (MapRow) decision.value();
        StringBuilder text = new StringBuilder(row.prefix() + " " + decision.jobEpoch() + "/" + decision.counter() + " "
                + row.cohort() + " " + row.epoch() + " " + row.evidenceAtMs());
        for (int i = 0; i < row.choices().size(); i++) {
            text.append(' ')
                    .append(row.choices().group(i))
                    .append('=')
                    .append(row.choices().share(i))
                    .append(' ')
                    .append(row.costMs(i))
                    .append('±')
                    .append(row.errorMs(i))
                    .append(row.evidence(i));
        }
        return text.toString();
    }
}
