package io.fairlead.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.cli.UserError;
import io.fairlead.proxy.link.LinkAuthority;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificatesHealthTest {

    @TempDir
    Path directory;

    @Test
    void whatEndsSoonIsWrongWithItsEnd() throws Exception {
        LinkAuthority authority = LinkAuthority.openOrCreate(directory.resolve("ca"), InstantSource.system());
        authority.issueEdge("edge-1", Duration.ofDays(30)).save(directory, "edge-1");
        Path certificate = directory.resolve("edge-1.crt");
        Instant now = Instant.now();
        assertThat(ends(now, certificate)).startsWith("1 file ends at ");
        assertThatThrownBy(() -> ends(now.plus(Duration.ofDays(20)), certificate))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("edge-1.crt ends at ");
        assertThatThrownBy(() -> ends(now.plus(Duration.ofDays(31)), certificate))
                .hasMessageContaining("edge-1.crt ended at ");
    }

    @Test
    void whatIsNoCertificateIsSaid() throws Exception {
        Path text = Files.writeString(directory.resolve("notes.pem"), "nothing of the kind");
        assertThatThrownBy(() -> ends(Instant.now(), text))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("notes.pem");
    }

    private static String ends(Instant now, Path file) throws Exception {
        return new CertificatesHealth(List.of(file), InstantSource.fixed(now)).ends();
    }
}
