package io.fairlead.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.cli.config.UpstreamList.Proxy;
import io.fairlead.schemas.config.UpstreamKind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lists of proxies as people keep them. */
class UpstreamListTest {

    private static Proxy only(String line) {
        UpstreamList list = UpstreamList.read(List.of(line), UpstreamKind.HTTP);
        assertThat(list.errors()).as(line).isEmpty();
        return list.proxies().get(0);
    }

    private static String error(String line) {
        UpstreamList list = UpstreamList.read(List.of("# first", line), UpstreamKind.HTTP);
        assertThat(list.proxies()).as(line).isEmpty();
        assertThat(list.errors()).as(line).hasSize(1);
        return list.errors().get(0);
    }

    @Test
    void everySpellingIsUnderstood() {
        Proxy bare = new Proxy(1, UpstreamKind.HTTP, "192.0.2.1", 3128, "", "");
        assertThat(only("192.0.2.1:3128")).isEqualTo(bare);
        assertThat(only("  http://192.0.2.1:3128/  ")).isEqualTo(bare);
        Proxy bob = new Proxy(1, UpstreamKind.HTTP, "gate.example", 80, "bob", "a:b@c");
        assertThat(only("gate.example:80:bob:a:b@c".replace("@", "#")))
                .isEqualTo(new Proxy(1, UpstreamKind.HTTP, "gate.example", 80, "bob", "a:b#c"));
        assertThat(only("bob:a:b@c@Gate.Example:80")).isEqualTo(bob);
        assertThat(only("http://bob:a%3Ab%40c@gate.example:80")).isEqualTo(bob);
        assertThat(only("socks5://al@[2001:db8::7]:1080"))
                .isEqualTo(new Proxy(1, UpstreamKind.SOCKS5, "2001:db8::7", 1080, "al", ""));
        assertThat(only("SOCKS5H://x+y:p+q@h.example:1").password()).isEqualTo("p+q");
        assertThat(UpstreamList.read(List.of("h.example:1"), UpstreamKind.SOCKS5)
                        .proxies()
                        .get(0)
                        .kind())
                .isEqualTo(UpstreamKind.SOCKS5);
    }

    @Test
    void whatIsWrongIsNamedByItsLineAndWithoutPasswords() {
        assertThat(error("proxy.example")).startsWith("line 2 has no port");
        assertThat(error("proxy.example:http")).startsWith("line 2 has no number as its port");
        assertThat(error("proxy.example:0")).contains("port 0");
        assertThat(error("2130706433:80")).contains("2130706433", "no plain address");
        assertThat(error("https://proxy.example:443")).contains("scheme https");
        assertThat(error("socks4://proxy.example:443")).contains("http, socks5 or socks5h");
        assertThat(error("[2001:db8::1]")).contains("has no port");
        for (String line : List.of(
                "bob:s3cr3t@:80",
                "http://bob:s3cr3t%zz@h:80",
                ":s3cr3t@h:80",
                "h:80::s3cr3t",
                "b:s3cr3t@h:80:c:s3cr3t")) {
            assertThat(error(line)).as(line).startsWith("line 2 ").doesNotContain("s3cr3t");
        }
    }

    @Test
    void repeatedLinesAreMergedAndContradictionsNamed() {
        UpstreamList list = UpstreamList.read(
                List.of("h:1", "", "# x", "http://h:1", "u:a@h:1", "h:1:u:a", "u:b@h:1", "socks5://h:1"),
                UpstreamKind.HTTP);
        assertThat(list.proxies()).extracting(Proxy::line).containsExactly(1, 5, 8);
        assertThat(list.repeated()).isEqualTo(2);
        assertThat(list.errors())
                .singleElement()
                .asString()
                .startsWith("line 7 ")
                .contains("line 5");
    }
}
