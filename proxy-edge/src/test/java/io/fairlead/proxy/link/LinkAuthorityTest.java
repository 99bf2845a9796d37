package io.fairlead.proxy.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinkAuthorityTest {

    private final InstantSource clock = InstantSource.fixed(Instant.parse("2026-05-01T12:00:00Z"));

    @TempDir
    Path directory;

    @Test
    void survivesItsFilesAndIssuesWhatTlsReads() throws Exception {
        LinkAuthority first = LinkAuthority.openOrCreate(directory, clock);
        LinkAuthority again = LinkAuthority.openOrCreate(directory, clock);
        assertThat(again.certificate()).isEqualTo(first.certificate());
        again.issueAgent("exit-7", Duration.ofHours(4)).save(directory, "exit-7");
        again.issueEdge("edge-1", Duration.ofHours(4)).save(directory, "edge-1");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("exit-7.key"))))
                .isEqualTo("rw-------");
        var ca = directory.resolve("ca.crt").toFile();
        assertThat(LinkTls.forAgent(
                        directory.resolve("exit-7.crt").toFile(),
                        directory.resolve("exit-7.key").toFile(),
                        ca))
                .isNotNull();
        assertThat(LinkTls.forEdge(
                        directory.resolve("edge-1.crt").toFile(),
                        directory.resolve("edge-1.key").toFile(),
                        ca))
                .isNotNull();
    }

    @Test
    void agentCertificateNamesTheExitAndIsForClientsOnly() throws Exception {
        LinkAuthority authority = LinkAuthority.create(clock);
        X509Certificate leaf =
                authority.issueAgent("exit-7", Duration.ofHours(4)).chain().get(0);
        assertThat(LinkTls.exitId(leaf)).isEqualTo("exit-7");
        assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(leaf.getNotAfter().toInstant()).isEqualTo(clock.instant().plus(Duration.ofHours(4)));
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        leaf.verify(authority.certificate().getPublicKey());
        X509Certificate edge =
                authority.issueEdge("edge-1", Duration.ofHours(4)).chain().get(0);
        assertThat(LinkTls.exitId(edge)).isNull();
    }

    @Test
    void malformedIdsAreNeverIssued() {
        LinkAuthority authority = LinkAuthority.create(clock);
        for (String id : new String[] {"", "../x", "a b", "-x", "x".repeat(65), "é"}) {
            assertThatThrownBy(() -> authority.issueAgent(id, Duration.ofHours(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + id + "'");
        }
    }
}
