package io.fairlead.proxy.targeting;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.proxy.targeting.TargetingReader.Reading;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tenants are {@code acme}, {@code acme-pool} and {@code big-co}; every password is {@code s3cret}, but for what is asked in it. */
class DialectsTest {

    private static final Set<String> TENANTS = Set.of("acme", "acme-pool", "big-co");
    private static final int LONGEST = 86_400;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "acme                                        |          | acme    | pool= where=anywhere",
                "acme-pool-res1                              |          | acme-pool | unknown targeting key 'res1'",
                "acme-p-res-1                                |          | acme    | pool=res-1 where=anywhere",
                "acme-pool-pool-x                            |          | acme-pool | pool=x where=anywhere",
                "acme-country-us                             |          | acme    | pool= where=country us",
                "acme-cc-US-ct-New_York-st-ny                |          | acme    | pool= where=city newyork, region ny, country us",
                "acme-country-us-city-new-york-session-a1    |          | acme    | pool= where=city newyork, country us session=a1 600 s soft",
                "acme-session-a_1-ttl-10m-mode-hard          |          | acme    | pool= where=anywhere session=a_1 600 s hard",
                "acme-s-a-t-90                               |          | acme    | pool= where=anywhere session=a 90 s soft",
                "acme-s-a-t-1d                               |          | acme    | pool= where=anywhere session=a 86400 s soft",
                "acme-asn-AS7018                             |          | acme    | pool= where=asn 7018",
                "big-co-asn-7018-country-us                  |          | big-co  | pool= where=country us, asn 7018",
                "brd-customer-acme-zone-res1-country-us-state-ny-session-rand123 | | acme | pool=res1 where=region ny, country us session=rand123 600 s soft",
                "lum-c-big-co-z-z1-dns-remote                |          | big-co  | pool=z1 where=anywhere",
                "customer-acme-cc-US-st-us_california-city-los_angeles-sessid-x1-sesstime-5 | | acme | pool= where=city losangeles, region california, country us session=x1 300 s soft",
                "user-acme-country-us-city-new_york-session-x-sessionduration-30 | | acme | pool= where=city newyork, country us session=x 1800 s soft",
                "package-acme-country-us-region-texas-sessionid-x-sessionlength-300 | | acme | pool= where=region texas, country us session=x 300 s soft",
                "acme | _country-us_city-austin_session-abcd1234_lifetime-30m | acme | pool= where=city austin, country us session=abcd1234 1800 s soft",
                "big-co | _session-q                           | big-co  | pool= where=anywhere session=q 600 s soft",
                "nobody-country-us                           |          | nobody  | pool= where=country us",
                "customer-nobody-cc-us                       |          | nobody  | pool= where=country us",
            })
    void allSpellingsAreOneRequest(String user, String inPassword, String tenant, String meaning) {
        Claim claim = claim(user, inPassword);
        assertThat(claim.tenant()).isEqualTo(tenant);
        assertThat(claim.secret()).isEqualTo("s3cret");
        assertThat(tell(claim)).startsWith(meaning);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "acme-county-us          |            | unknown targeting key 'county'",
                "acme-zone-res1          |            | unknown targeting key 'zone'",
                "acme-pool               |            | pool=",
                "acme-country            |            | 'country' has no value",
                "acme-                   |            | unknown targeting key ''",
                "acme--country-us        |            | unknown targeting key ''",
                "acme-country-usa        |            | 'country' has the value 'usa'; it must be two letters",
                "acme-country-us-sesion-a1 |          | 'country' has the value 'us-sesion-a1'",
                "acme-session-a1-contry-us |          | 'session' has the value 'a1-contry-us'",
                "acme-country-us-cc-de   |            | 'cc' is given twice",
                "acme-city-austin        |            | 'city' needs its country",
                "acme-region-texas       |            | 'region' needs its country",
                "acme-country-us-city-_  |            | which names nothing",
                "acme-ttl-10m            |            | 'ttl' says something of a session",
                "acme-mode-hard          |            | 'mode' says something of a session",
                "acme-session-a-ttl-0    |            | 'ttl' asks for 0 s",
                "acme-session-a-ttl-25h  |            | 'ttl' asks for 90000 s; it must be 1 to 86400 s",
                "acme-session-a-ttl-10w  |            | 'ttl' has the value '10w'",
                "acme-session-a-mode-firm |           | 'mode' has the value 'firm'; it must be soft or hard",
                "acme-asn-0              |            | no autonomous system",
                "acme-asn-4294967296     |            | no autonomous system",
                "acme-p-a/b              |            | 'p' has the value 'a/b'",
                "acme-pool-pool-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | | a value of 65 characters",
                "brd-customer-acme-zone-z-const | | pool=z-const",
                "brd-customer-acme-zone-z-dns-local | | names are resolved at the exit",
                "brd-customer-acme-const-zone-z |   | unknown targeting key 'const'",
                "acme | _country-us_city                       | 'city' has no value",
                "acme | _country-us_streaming-1                | unknown targeting key 'streaming'",
            })
    void whatIsNotUnderstoodIsNamedAndNeverWidens(String user, String inPassword, String detail) {
        if (user.equals("acme-pool")) {
            assertThat(claim(user, inPassword).tenant()).isEqualTo("acme-pool");
        }
        assertThat(tell(claim(user, inPassword))).contains(detail);
    }

    private static Claim claim(String user, String inPassword) {
        return Claim.of(user, "s3cret" + (inPassword == null ? "" : inPassword), TENANTS::contains);
    }

    private static String tell(Claim claim) {
        Reading reading = TargetingReader.read(claim.asked(), LONGEST);
        if (reading instanceof Reading.Refused refused) {
            return refused.detail();
        }
        Targeting targeting = ((Reading.Understood) reading).targeting();
        Targeting.Session session = targeting.session();
        return "pool=" + targeting.pool() + " where=" + targeting.where()
                + (session == null
                        ? ""
                        : " session=" + session.name() + " " + session.ttlSeconds() + " s "
                                + (session.hard() ? "hard" : "soft"));
    }
}
