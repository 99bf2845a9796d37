package io.fairlead.nameserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.model.map.AddressPrefix;
import io.fairlead.nameserver.sign.SigningSettings;
import io.fairlead.nameserver.zone.MappedName;
import io.fairlead.nameserver.zone.Zone;
import io.fairlead.nameserver.zone.ZoneKey;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.DNSKEYRecord;
import org.xbill.DNS.DNSSEC;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSECRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.RRSIGRecord;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/** A zone that is signed as it is asked for, checked by dnsjava and by delv. */
class SignedZoneTest {

    private static final String TEXT = NameServerStage.ZONE + """
            $MAPPED live 20 alpn=h2
            $MAPPED *.beacon
            signed NS ns1
            signed TYPE43 \\# 36 04d20d02e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
            """;
    private static final ZoneKey KEY = ZoneKey.generate();
    private static final ZoneKey NEXT = ZoneKey.generate();
    private static final Instant NOW = Instant.parse("2026-11-27T12:34:56Z");

    private static NameServerStage stage;

    @BeforeAll
    static void start() throws IOException {
        stage = start(SigningSettings.DEFAULTS, () -> NOW);
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    private static NameServerStage start(SigningSettings signing, InstantSource clock) throws IOException {
        return NameServerStage.start(
                NameServerSettings.DEFAULTS.withUdpSockets(1).withRate(0, 0).withSigning(signing),
                Zone.parse(TEXT, null, List.of(KEY, NEXT)),
                new OneAddress(),
                clock);
    }

    private static Message ask(NameServerStage of, String name, int type, boolean dnssec) throws IOException {
        SimpleResolver resolver = new SimpleResolver(of.address());
        resolver.setTCP(true);
        resolver.setEDNS(0, 1_232, dnssec ? org.xbill.DNS.ExtendedFlags.DO : 0);
        return resolver.send(Message.newQuery(Record.newRecord(name(name), type, DClass.IN)));
    }

    private static Name name(String text) throws IOException {
        return Name.fromString(text.equals("@") ? "fairlead.example." : text + ".fairlead.example.");
    }

    /** Each set of records with a signature that holds, but for the name servers of another zone. */
    private static List<RRset> verified(Message answer, Instant at) throws Exception {
        List<RRset> all = new ArrayList<>();
        for (int section : new int[] {Section.ANSWER, Section.AUTHORITY}) {
            for (RRset set : answer.getSectionRRsets(section)) {
                if (set.getType() == Type.NS && !answer.getHeader().getFlag(Flags.AA)) {
                    assertThat(set.sigs()).isEmpty();
                    continue;
                }
                assertThat(set.sigs()).as("signatures of %s", set).hasSize(set.getType() == Type.DNSKEY ? 2 : 1);
                for (RRSIGRecord signature : set.sigs()) {
                    DNSSEC.verify(set, signature, signature.getFootprint() == KEY.tag() ? key(KEY) : key(NEXT), at);
                }
                all.add(set);
            }
        }
        return all;
    }

    private static DNSKEYRecord key(ZoneKey of) throws IOException {
        return (DNSKEYRecord) Record.newRecord(name("@"), Type.DNSKEY, DClass.IN, 3_600, of.data());
    }

    private static final String CHILD = """
            $ORIGIN %s.fairlead.example.
            $TTL 300
            @ SOA ns1.fairlead.example. hostmaster 1 1h 15m 1w 60
              NS ns1.fairlead.example.
            """;

    /** Both zones lie on one name server, but of a DS record the parent is asked, and his keys sign it, or that there is none. */
    @Test
    void theParentAnswersForTheKeysOfAChildBesideIt() throws Exception {
        List<Zone> zones = List.of(
                Objects.requireNonNull(Zone.parse(TEXT, null, List.of(KEY)).zone()),
                Objects.requireNonNull(Zone.parse(CHILD.formatted("signed"), null, List.of(NEXT))
                        .zone()),
                Objects.requireNonNull(Zone.parse(CHILD.formatted("sub"), null).zone()));
        try (NameServerStage both = NameServerStage.start(
                NameServerSettings.DEFAULTS.withUdpSockets(1).withRate(0, 0), zones, Steering.NONE, () -> NOW)) {
            Message there = ask(both, "signed", Type.DS, true);
            assertThat(verified(there, NOW)).extracting(RRset::getType).containsExactly(Type.DS);
            assertThat(there.getHeader().getFlag(Flags.AA)).isTrue();
            Message none = ask(both, "sub", Type.DS, true);
            assertThat(none.getSection(Section.ANSWER)).isEmpty();
            assertThat(verified(none, NOW)).anySatisfy(set -> {
                assertThat(set.getType()).isEqualTo(Type.SOA);
                assertThat(set.getName()).isEqualTo(name("@"));
            });
            NSECRecord denial = (NSECRecord) none.getSection(Section.AUTHORITY).stream()
                    .filter(NSECRecord.class::isInstance)
                    .findFirst()
                    .orElseThrow();
            assertThat(denial.hasType(Type.NS)).as("it is a cut").isTrue();
            assertThat(denial.hasType(Type.SOA)).as("and not the zone below it").isFalse();
            assertThat(ask(both, "signed", Type.SOA, false)
                            .getSection(Section.ANSWER)
                            .get(0)
                            .getName())
                    .isEqualTo(name("signed"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "@,SOA",
        "@,NS",
        "@,MX",
        "@,TXT",
        "@,CAA",
        "@,DNSKEY",
        "www,A",
        "www,HTTPS",
        "alias,A",
        "far,A",
        "_sip._tcp,SRV",
        "x.wild,A",
        "y.walias,A",
        "live,A",
        "live,HTTPS",
        "q.beacon,A",
        "big,TXT",
        "odd\\.dot,A",
        "@,ANY",
        "loop,A"
    })
    void whatIsThereIsSigned(String name, String type) throws Exception {
        Message answer = ask(stage, name, Type.value(type), true);
        assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
        assertThat(answer.getSectionRRsets(Section.ANSWER)).isNotEmpty();
        assertThat(verified(answer, NOW)).isNotEmpty();
        assertThat(answer.getSectionRRsets(Section.AUTHORITY)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "www,MX,'A AAAA HTTPS NSEC RRSIG'",
        "alias,MX,'A AAAA HTTPS NSEC RRSIG'",
        "@,A,'CAA DNSKEY MX NS NSEC RRSIG SOA TXT'",
        "deep.tree,A,'NSEC RRSIG'",
        "x.wild,MX,'A NSEC RRSIG TXT'",
        "live,AAAA,'A HTTPS NSEC RRSIG'",
        "nowhere,A,'NSEC RRSIG TYPE128'",
        "b.tree,A,'NSEC RRSIG TYPE128'",
        "lost,A,'NSEC RRSIG TYPE128'",
    })
    void whatIsNotThereIsDeniedByTheNameItself(String name, String type, String types) throws Exception {
        Message answer = ask(stage, name, Type.value(type), true);
        assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
        NSECRecord denial = (NSECRecord) verified(answer, NOW).stream()
                .filter(set -> set.getType() == Type.NSEC)
                .findFirst()
                .orElseThrow()
                .first();
        TreeSet<String> there = new TreeSet<>();
        for (int each : denial.getTypes()) {
            there.add(Type.string(each));
        }
        assertThat(String.join(" ", there)).isEqualTo(types);
        String end = name.equals("alias") ? "www" : name.equals("lost") ? "nowhere" : name;
        assertThat(denial.getName()).isEqualTo(name(end));
        assertThat(denial.getNext()).isEqualTo(Name.concatenate(Name.fromString("\\000"), name(end)));
        assertThat(verified(answer, NOW)).anyMatch(set -> set.getType() == Type.SOA);
    }

    @Test
    void aChildZonesKeysAreToldOrDenied() throws Exception {
        assertThat(verified(ask(stage, "www.sub", Type.A, true), NOW))
                .singleElement()
                .satisfies(set -> {
                    assertThat(set.getType()).isEqualTo(Type.NSEC);
                    assertThat(set.getName()).isEqualTo(name("sub"));
                    assertThat(((NSECRecord) set.first()).hasType(Type.NS)).isTrue();
                    assertThat(((NSECRecord) set.first()).hasType(Type.SOA)).isFalse();
                });
        assertThat(verified(ask(stage, "www.signed", Type.A, true), NOW))
                .singleElement()
                .satisfies(set -> assertThat(set.getType()).isEqualTo(Type.DS));
        assertThat(verified(ask(stage, "signed", Type.DS, true), NOW))
                .singleElement()
                .satisfies(set -> assertThat(set.getType()).isEqualTo(Type.DS));
    }

    @Test
    void whoDoesNotAskForSignaturesGetsNone() throws Exception {
        Message there = ask(stage, "www", Type.A, false);
        assertThat(there.getSectionRRsets(Section.ANSWER))
                .allMatch(set -> set.sigs().isEmpty());
        Message missing = ask(stage, "nowhere", Type.A, false);
        assertThat(missing.getRcode()).isEqualTo(Rcode.NXDOMAIN);
        assertThat(missing.getSectionRRsets(Section.AUTHORITY))
                .singleElement()
                .satisfies(set -> assertThat(set.getType()).isEqualTo(Type.SOA));
        assertThat(ask(stage, "@", Type.DNSKEY, false).getSectionRRsets(Section.ANSWER))
                .isNotEmpty();
        assertThat(ask(stage, "www", 128, true).getRcode()).as("NXNAME").isEqualTo(Rcode.FORMERR);
    }

    @Test
    void overUdpWhatDoesNotFitWithSignaturesIsTruncated() throws Exception {
        SimpleResolver resolver = new SimpleResolver(stage.address());
        resolver.setIgnoreTruncation(true);
        resolver.setEDNS(0, 512, org.xbill.DNS.ExtendedFlags.DO);
        Message answer = resolver.send(Message.newQuery(Record.newRecord(name("lost"), Type.A, DClass.IN)));
        assertThat(answer.getHeader().getFlag(Flags.TC)).isTrue();
        assertThat(answer.getSectionRRsets(Section.ANSWER)).isEmpty();
    }

    /** Resolvers that hold an answer must find its signature good as long as they hold it. */
    @Test
    void signaturesAreRememberedAndMadeAnewBeforeTheyEnd() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(NOW);
        try (NameServerStage own = start(SigningSettings.DEFAULTS, now::get)) {
            for (int hour = 0; hour < 96; hour += 5) {
                now.set(NOW.plusSeconds(3_600L * hour));
                Message answer = ask(own, "www", Type.A, true);
                verified(answer, now.get());
                verified(answer, now.get().plusSeconds(86_400));
            }
            long made = own.counters().signing.made.sum();
            ask(own, "www", Type.A, true);
            assertThat(own.counters().signing.made.sum()).isEqualTo(made);
            assertThat(own.counters().signing.remembered.sum()).isPositive();
        }
    }

    /** Who asks for names that are not there makes us sign each: that has a bound, and what is remembered is still answered. */
    @Test
    void newSignaturesHaveABound() throws Exception {
        try (NameServerStage own = start(new SigningSettings(100, 4), () -> NOW)) {
            verified(ask(own, "www", Type.A, true), NOW);
            assertThat(ask(own, "n1", Type.A, true).getRcode()).isEqualTo(Rcode.NOERROR);
            assertThat(ask(own, "n2", Type.A, true).getRcode()).isEqualTo(Rcode.NOERROR);
            assertThat(ask(own, "n3", Type.A, true).getRcode())
                    .as("www, SOA, n1, n2 were made in this second")
                    .isEqualTo(Rcode.SERVFAIL);
            verified(ask(own, "www", Type.A, true), NOW);
            SimpleResolver resolver = new SimpleResolver(own.address());
            resolver.setIgnoreTruncation(true);
            resolver.setEDNS(0, 1_232, org.xbill.DNS.ExtendedFlags.DO);
            assertThat(resolver.send(Message.newQuery(Record.newRecord(name("n4"), Type.A, DClass.IN)))
                            .getHeader()
                            .getFlag(Flags.TC))
                    .isTrue();
            assertThat(own.counters().signing.refused.sum()).isEqualTo(2);
        }
    }

    @Test
    void delvValidatesWhatIsThereAndWhatIsNot(@TempDir Path directory) throws Exception {
        try (NameServerStage own = start(SigningSettings.DEFAULTS, InstantSource.system())) {
            Path anchor = directory.resolve("anchor");
            String[] ds = KEY.ds("fairlead.example.").split(" ");
            Files.writeString(
                    anchor,
                    "trust-anchors { fairlead.example. static-ds %s %s %s \"%s\"; };\n"
                            .formatted(ds[4], ds[5], ds[6], ds[7]));
            assertThat(delv(own, anchor, "www", "A")).contains("; fully validated", "192.0.2.80");
            assertThat(delv(own, anchor, "live", "A")).contains("; fully validated", "192.0.2.9");
            assertThat(delv(own, anchor, "x.wild", "A")).contains("; fully validated", "192.0.2.99");
            assertThat(delv(own, anchor, "@", "DNSKEY")).contains("; fully validated");
            assertThat(delv(own, anchor, "www", "MX"))
                    .contains("negative response, fully validated")
                    .contains("ncache nxrrset");
            assertThat(delv(own, anchor, "nowhere", "A")).contains("negative response, fully validated");
            Files.writeString(anchor, Files.readString(anchor).replace(ds[7], "00".repeat(32)));
            assertThat(delv(own, anchor, "www", "A")).doesNotContain("; fully validated");
        }
    }

    private static String delv(NameServerStage of, Path anchor, String name, String type) throws Exception {
        return NameServerStage.run(
                "delv",
                "@127.0.0.1",
                "-p",
                Integer.toString(of.address().getPort()),
                "-a",
                anchor.toString(),
                "+root=fairlead.example",
                name.equals("@") ? "fairlead.example" : name + ".fairlead.example",
                type);
    }

    @Test
    void aKeyIsReadAsItWasWrittenAndNeverWrittenOver(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("zone.key");
        KEY.save(file);
        assertThat(ZoneKey.load(file).data()).isEqualTo(KEY.data());
        assertThat(key(KEY).getFootprint()).isEqualTo(KEY.tag());
        assertThatThrownBy(() -> NEXT.save(file)).isInstanceOf(FileAlreadyExistsException.class);
        Files.writeString(file, "no key");
        assertThatThrownBy(() -> ZoneKey.load(file)).hasMessageContaining("holds no key of a zone");
        Path mixed = directory.resolve("mixed.key");
        NEXT.save(mixed);
        Path one = directory.resolve("one.key");
        KEY.save(one);
        String halves = Files.readString(one).replaceFirst("(?s)-----BEGIN PUBLIC.*", "")
                + Files.readString(mixed).replaceFirst("(?s).*(?=-----BEGIN PUBLIC)", "");
        Files.writeString(file, halves);
        assertThatThrownBy(() -> ZoneKey.load(file)).hasMessageContaining("holds no key of a zone");
    }

    @Test
    void aFileThatHasSignaturesIsNotSignedAgain() {
        Zone.Loaded loaded = Zone.parse(TEXT + "www TYPE46 \\# 1 00\n", null, List.of(KEY));
        assertThat(loaded.good()).isFalse();
        assertThat(loaded.problems()).anySatisfy(problem -> assertThat(problem.toString())
                .contains("type 46", "made when the zone is signed"));
        assertThat(Objects.requireNonNull(Zone.parse(TEXT, null).zone()).keys()).isEmpty();
    }

    /** 192.0.2.9, and nothing of IPv6. */
    private static final class OneAddress implements Steering {

        private static final Steered ONE =
                new Steered(new GroupAddresses("one", List.of(AddressPrefix.address("192.0.2.9"))), 0);

        @Override
        public @Nullable Steered steer(MappedName name, boolean ipv6, long address, int bits) {
            return ONE;
        }

        @Override
        public String explain(MappedName name, boolean ipv6, long address, int bits) {
            return "";
        }
    }
}
