package io.fairlead.model.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DomainNameTest {

    @Test
    void aDomainStandsForItselfAndWhatIsUnderIt() {
        assertThat(DomainName.covers("shop.example", "shop.example")).isTrue();
        assertThat(DomainName.covers("shop.example", "a.b.shop.example")).isTrue();
        assertThat(DomainName.covers("shop.example", "myshop.example")).isFalse();
        assertThat(DomainName.covers("www.shop.example", "shop.example")).isFalse();
        assertThat(DomainName.overlap("www.shop.example", "shop.example")).isTrue();
        assertThat(DomainName.overlap("shop.example", "www.shop.example")).isTrue();
        assertThat(DomainName.overlap("a.shop.example", "b.shop.example")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "shop.example",
                "a-b.x1.shop.example",
                "_dmarc.shop.example",
                "xn--mnchen-3ya.example",
                "1.example"
            })
    void namesOfDomainsAreTaken(String name) {
        assertThat(DomainName.remedy(name)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "https://shop.example/x | name the host alone, without scheme and path",
                "*.shop.example         | leave out what is before its first label: a domain stands for all names under it",
                ".shop.example          | leave out what is before its first label: a domain stands for all names under it",
                "Shop.Example           | write it as shop.example",
                "shop.example.          | write it as shop.example",
                "münchen.example        | write it as xn--mnchen-3ya.example",
                "shop.example:443       | name a domain without port: addresses belong to none",
                "203.0.113.7            | name a domain without port: addresses belong to none",
                "2001:db8::1            | name a domain without port: addresses belong to none",
                "shop..example          | write 1 to 63 of a-z 0-9 - _ between dots, and no - at either end of these",
                "-shop.example          | write 1 to 63 of a-z 0-9 - _ between dots, and no - at either end of these",
                "shop example.com       | write 1 to 63 of a-z 0-9 - _ between dots, and no - at either end of these",
                "com                    | name two labels at least, such as shop.example: a whole top-level domain is no target",
            })
    void whatIsNoneIsToldWhatToDo(String name, String remedy) {
        assertThat(DomainName.remedy(name)).isEqualTo(remedy);
    }

    @Test
    void whatIsTooLongOrEmptyIsNone() {
        assertThat(DomainName.remedy("a".repeat(64) + ".example")).startsWith("write 1 to 63");
        assertThat(DomainName.remedy("a.".repeat(130) + "example")).isEqualTo("shorten it to at most 253 characters");
        assertThat(DomainName.remedy("")).startsWith("write 1 to 63");
    }
}
