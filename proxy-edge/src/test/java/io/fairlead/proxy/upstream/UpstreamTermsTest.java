package io.fairlead.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.schemas.config.Upstream;
import io.fairlead.schemas.config.UpstreamKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records of upstreams, and where their passwords may come from. */
class UpstreamTermsTest {

    private static String wrong(UnaryOperator<Upstream.Builder> change) {
        Upstream.Builder good = Upstream.newBuilder()
                .setKind(UpstreamKind.HTTP)
                .setHost("proxy.example")
                .setPort(3128)
                .setUserName("bob")
                .setSecretReference("env:UPSTREAM_BOB");
        return String.join("; ", UpstreamTerms.violations(change.apply(good).build()));
    }

    @Test
    void whatIsWrongIsNamedWithItsValue() {
        assertThat(wrong(UnaryOperator.identity())).isEmpty();
        assertThat(wrong(record -> record.setKind(UpstreamKind.UNKNOWN))).contains("HTTP or SOCKS5");
        assertThat(wrong(record -> record.setPort(0))).contains("port 0");
        assertThat(wrong(record -> record.setHost(""))).contains("0 characters");
        assertThat(wrong(record -> record.setHost("http://x"))).contains("http://x");
        for (String number : new String[] {"2130706433", "127.1", "010.0.0.1", "::zz"}) {
            assertThat(wrong(record -> record.setHost(number))).as(number).contains(number, "no plain address");
        }
        assertThat(wrong(record -> record.setUserName("a:b"))).contains("a:b");
        assertThat(wrong(record -> record.setUserName(""))).contains("without a userName");
        assertThat(wrong(record -> record.setUserName("x".repeat(256)))).contains("256 bytes");
        assertThat(wrong(record -> record.setPoolType("home"))).contains("home", "residential");
        assertThat(wrong(record -> record.setCountry("usa"))).contains("usa");
        assertThat(wrong(record -> record.setAsn(-1))).contains("-1");
        assertThat(wrong(record -> record.setCapacityRequests(-5))).contains("-5");
        assertThat(wrong(record -> record.setSecretReference("env:PATH"))).contains("env:PATH", "UPSTREAM_");
        assertThat(wrong(record -> record.setSecretReference("file:"))).contains("lacks a path");
    }

    @Test
    void aPasswordInThePlaceOfItsReferenceIsNotRepeated() {
        assertThat(wrong(record -> record.setSecretReference("hunter2")))
                .contains("env:NAME")
                .doesNotContain("hunter2");
    }

    @Test
    void passwordsComeFromVariablesAndFilesBelowTheDirectoryAlone(@TempDir Path directory) throws Exception {
        Path root = Files.createDirectory(directory.resolve("secrets"));
        Files.writeString(root.resolve("one"), "op3n\n");
        Files.writeString(root.resolve("many"), "# of proxies\na=1=2\nb=\n");
        Files.writeString(directory.resolve("outside"), "no");
        Files.createSymbolicLink(root.resolve("link"), directory.resolve("outside"));
        Secrets secrets = new Secrets(root, Map.of("UPSTREAM_A", "v")::get);
        assertThat(secrets.resolve(SecretReference.parse("env:UPSTREAM_A"))).isEqualTo("v");
        assertThat(secrets.resolve(SecretReference.parse("file:one"))).isEqualTo("op3n");
        assertThat(secrets.resolve(SecretReference.parse("file:" + root.resolve("one"))))
                .isEqualTo("op3n");
        assertThat(secrets.resolve(SecretReference.parse("file:many#a"))).isEqualTo("1=2");
        assertThat(secrets.resolve(SecretReference.parse("file:many#b"))).isEmpty();
        assertThat(secrets.resolve(SecretReference.parse(""))).isEmpty();
        for (String none : new String[] {
            "env:UPSTREAM_B",
            "file:many#c",
            "file:none",
            "file:../outside",
            "file:link",
            "file:" + directory + "/outside"
        }) {
            assertThatThrownBy(() -> secrets.resolve(SecretReference.parse(none)))
                    .as(none)
                    .isInstanceOf(Secrets.MissingException.class);
        }
        Files.writeString(root.resolve("one"), "changed");
        assertThat(secrets.resolve(SecretReference.parse("file:one"))).isEqualTo("changed");
        Secrets without = new Secrets(null, name -> null);
        assertThatThrownBy(() -> without.resolve(SecretReference.parse("file:one")))
                .hasMessageContaining("--secrets-directory");
    }
}
