package io.fairlead.model.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPrefixTest {

    @ParameterizedTest
    @CsvSource({
        "192.0.2.0/24, 192.0.2.0/24",
        "192.0.2.7, 192.0.2.7/32",
        "0.0.0.0/0, 0.0.0.0/0",
        "::/0, ::/0",
        "2001:DB8:0:1::/64, 2001:db8:0:1::/64",
        "2001:db8:0:0:7:0:0:1, 2001:db8::/64",
        "::ffff:192.0.2.7, 192.0.2.7/32",
        "::ffff:192.0.2.0/120, 192.0.2.0/24",
        "2001:db8:a00::/40, 2001:db8:a00::/40"
    })
    void aPrefixIsReadAndHasOneText(String text, String same) {
        assertThat(AddressPrefix.parse(text)).hasToString(same);
        assertThat(AddressPrefix.parse(same)).isEqualTo(AddressPrefix.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "example.com/8",
                "192.0.2/24",
                "192.0.2.256",
                "192.0.2.0/33",
                "192.0.2.1/24",
                "::/65",
                "2001:db8::/-1",
                "1:2:3::4::5",
                "192.0.2.0/",
                "192.0.2.0/24/8",
                "fe80::1%lo"
            })
    void whatIsNoneIsRefusedInASentence(String text) {
        assertThatThrownBy(() -> AddressPrefix.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatHasBitsBeyondItsLengthSaysWhatToWrite() {
        assertThatThrownBy(() -> AddressPrefix.parse("192.0.2.1/24")).hasMessageContaining("write 192.0.2.0/24");
    }

    @ParameterizedTest
    @CsvSource({
        "169.254.7.1, true",
        "169.254.0.0/16, true",
        "fe80::1, true",
        "febf:ffff::/64, true",
        "169.255.0.1, false",
        "168.254.0.1, false",
        "127.0.0.1, false",
        "192.168.0.1, false",
        "fec0::1, false",
        "fd00::1, false",
        "::1, false",
        "169.0.0.0/8, false",
        "fe00::/8, false"
    })
    void someMeanAHostOnOneLinkOnly(String text, boolean ofOneLink) {
        assertThat(AddressPrefix.parse(text).isOfOneLink()).isEqualTo(ofOneLink);
    }

    @Test
    void neighbourhoodsContainWhatTheyWereMadeOf() throws Exception {
        AddressPrefix four =
                AddressPrefix.covering(InetAddress.getByName("192.0.2.200").getAddress(), 32);
        AddressPrefix six =
                AddressPrefix.covering(InetAddress.getByName("2001:db8:1:2::3").getAddress(), 128);
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xFF, (byte) 0xFF, (byte) 192, 0, 2, (byte) 200};
        assertThat(AddressPrefix.covering(mapped, 64)).isEqualTo(four);
        assertThat(four.neighbourhood()).hasToString("192.0.2.0/24");
        assertThat(six.neighbourhood()).hasToString("2001:db8:1::/48");
        assertThat(four.neighbourhood().contains(four)).isTrue();
        assertThat(four.contains(four.neighbourhood())).isFalse();
        assertThat(AddressPrefix.parse("0.0.0.0/0").contains(six)).isFalse();
        assertThat(AddressPrefix.parse("::/0").contains(six)).isTrue();
    }
}
