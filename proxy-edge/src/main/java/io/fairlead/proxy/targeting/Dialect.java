package io.fairlead.proxy.targeting;

import java.util.Map;
import java.util.TreeMap;

/**
 * A spelling of {@link Targeting} that users have from elsewhere, or our own. All but one write it behind the user's name,
 * {@code -key-value} after another; a value goes on up to the next key, so that it may hold {@code -}.
 */
public enum Dialect {

    /** {@code tenant-country-us-city-new-york-session-a1-ttl-10m-mode-hard-pool-res1}. */
    FAIRLEAD(
            "",
            '-',
            1,
            keys(
                    "pool=POOL p=POOL country=COUNTRY cc=COUNTRY region=REGION state=REGION st=REGION city=CITY ct=CITY asn=ASN"
                            + " session=SESSION s=SESSION ttl=TTL t=TTL mode=MODE m=MODE")),

    /** {@code brd-customer-ID-zone-ZONE-country-us-session-a1}. */
    BRIGHT_DATA(
            "(brd|lum)-(customer|c)-",
            '-',
            1,
            keys("zone=POOL z=POOL country=COUNTRY cu=COUNTRY state=REGION st=REGION city=CITY ct=CITY asn=ASN"
                    + " session=SESSION s=SESSION dns=DNS d=DNS")),

    /** {@code customer-USER-cc-US-st-us_texas-city-austin-sessid-a1-sesstime-10}; minutes. */
    OXYLABS("customer-", '-', 60, keys("cc=COUNTRY st=REGION city=CITY asn=ASN sessid=SESSION sesstime=TTL pool=POOL")),

    /** {@code user-NAME-country-us-city-austin-session-a1-sessionduration-30}; minutes. */
    DECODO(
            "user-",
            '-',
            60,
            keys("country=COUNTRY state=REGION city=CITY asn=ASN session=SESSION sessionduration=TTL pool=POOL")),

    /** {@code package-ID-country-us-region-texas-city-austin-sessionid-a1-sessionlength-600}; seconds. */
    SOAX(
            "package-",
            '-',
            1,
            keys("country=COUNTRY region=REGION city=CITY asn=ASN sessionid=SESSION sessionlength=TTL pool=POOL")),

    /** In the password: {@code secret_country-us_city-austin_session-a1_lifetime-30m}. */
    IPROYAL("", '_', 1, keys("country=COUNTRY state=REGION city=CITY asn=ASN session=SESSION lifetime=TTL pool=POOL"));

    final String prefix;
    final char between;
    final int secondsPerUnit;

    @SuppressWarnings("ImmutableEnumChecker") // a copy that can't be changed
    final Map<String, Key> keys;

    Dialect(String prefix, char between, int secondsPerUnit, Map<String, Key> keys) {
        this.prefix = prefix;
        this.between = between;
        this.secondsPerUnit = secondsPerUnit;
        this.keys = keys;
    }

    private static Map<String, Key> keys(String pairs) {
        Map<String, Key> keys = new TreeMap<>();
        for (String pair : pairs.split(" ", -1)) {
            int at = pair.indexOf('=');
            keys.put(pair.substring(0, at), Key.valueOf(pair.substring(at + 1)));
        }
        return Map.copyOf(keys);
    }
}
