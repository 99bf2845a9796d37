package io.fairlead.proxy.pick;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.model.PoolType;
import io.fairlead.proxy.exit.Location;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class TargetDomainsTest {

    private final TargetDomains domains = new TargetDomains();
    private final TargetDomain[] into = new TargetDomain[TargetDomains.MOST_ABOVE];

    private List<String> above(String host) {
        int found = domains.above(host, into);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < found; i++) {
            names.add(into[i].name);
        }
        return names;
    }

    @Test
    void aHostIsUnderItsOwnNameAndAllAboveIt() {
        domains.keep("shop.example");
        domains.keep("www.shop.example");
        domains.keep("news.example");
        assertThat(above("shop.example")).containsExactly("shop.example");
        assertThat(above("a.www.shop.example")).containsExactly("shop.example", "www.shop.example");
        assertThat(above("a.www.shop.example.")).containsExactly("shop.example", "www.shop.example");
        assertThat(above("myshop.example")).isEmpty();
        assertThat(above("shop.example.net")).isEmpty();
        assertThat(above("example")).isEmpty();
        assertThat(above("203.0.113.7")).isEmpty();
        assertThat(above(".")).isEmpty();
        assertThat(above("a".repeat(3) + ".a".repeat(125))).isEmpty();
    }

    @Test
    void whatNobodyIsKeptForAnyMoreMakesRoom() {
        assertThat(domains.any()).isFalse();
        TargetDomain first = domains.keep("shop.example");
        assertThat(domains.keep("shop.example")).isSameAs(first);
        assertThat(domains.any()).isTrue();
        domains.drop(first);
        assertThat(domains.size()).isEqualTo(1);
        domains.drop(first);
        assertThat(domains.any()).isFalse();
        for (int round = 0; round < 50; round++) {
            TreeSet<String> names = new TreeSet<>();
            List<TargetDomain> kept = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                String name = "d" + i + "." + round + "x.example";
                names.add(name);
                kept.add(domains.keep(name));
            }
            assertThat(domains.size()).isEqualTo(100);
            for (String name : names) {
                assertThat(above("www." + name)).containsExactly(name);
            }
            kept.forEach(domains::drop);
        }
        assertThat(domains.any()).isFalse();
    }

    @Test
    void aPickUnderWayHearsOfDomainsThatExitsAreKeptForSince() {
        AskedDomains asked = new AskedDomains(domains);
        asked.of("www.shop.example", "all");
        assertThat(asked.isEmpty()).isTrue();
        Terms terms = new Terms(
                List.of(),
                "",
                List.of(new Terms.Kept(domains.keep("shop.example"), "mine")),
                PoolType.RESIDENTIAL,
                Location.ANYWHERE);
        assertThat(asked.areKept(terms)).isTrue();
        assertThat(asked.isEmpty()).isFalse();
        asked.of("www.shop.example", "mine");
        assertThat(asked.areKept(terms)).isFalse();
    }
}
