package io.fairlead.schemas.groups;

import io.fairlead.model.map.AddressPrefix;
import io.fairlead.schemas.config.DeliveryAddress;
import io.fairlead.schemas.config.DeliveryGroup;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Says what is wrong with the record of a delivery group. */
public final class GroupRecords {

    /** Groups of a deployment. */
    public static final int GROUPS_MAX = 1_000;

    /** Addresses of a group. */
    public static final int ADDRESSES_MAX = 1_000;

    /** Latitude of a group that has not declared one, degrees. */
    public static final double NO_LATITUDE_DEGREES = 100;

    /** Longitude of a group that has not declared one, degrees. */
    public static final double NO_LONGITUDE_DEGREES = 200;

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern COUNTRY = Pattern.compile("([a-z]{2})?");

    private GroupRecords() {}

    /** Whether a group can have that id. It is neither a prefix nor the star, so that all three can be keys of one topic. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /**
     * Everything that is wrong with a record, a sentence each; empty: it may be used.
     *
     * @param key under which it stands, or shall stand, on the topic
     */
    public static List<String> violations(String key, DeliveryGroup group) {
        List<String> wrong = new ArrayList<>();
        if (!isId(group.getGroupId())) {
            wrong.add("groupId is '" + group.getGroupId()
                    + "' but must be 1 to 64 letters, digits, dots, underscores or hyphens, a letter or digit first");
        }
        if (!key.equals(group.getGroupId())) {
            wrong.add("the key is '" + key + "' but the record says " + group.getGroupId() + "; use the latter");
        }
        addresses(group.getAddresses(), wrong);
        if (group.getCapacityBitsPerSecond() < 1) {
            wrong.add("capacityBitsPerSecond is " + group.getCapacityBitsPerSecond()
                    + " but must be at least 1; to take the group out, set barred");
        }
        if (group.getProbePort() < 0 || group.getProbePort() > 65_535) {
            wrong.add("probePort is " + group.getProbePort() + " but must be 0 (no probe) to 65535");
        }
        String path = group.getProbePath();
        if (!path.isEmpty() && (!path.matches("/[!-~]{0,255}") || group.getProbePort() == 0)) {
            wrong.add("probePath is '" + path
                    + "' but must begin with a slash, have at most 256 printable characters, and needs probePort");
        }
        if (group.getDefaultRank() < 0) {
            wrong.add("defaultRank is " + group.getDefaultRank() + " but must be 0 (none) or more");
        }
        if (!COUNTRY.matcher(group.getCountry()).matches()) {
            wrong.add("country is '" + group.getCountry() + "' but must be two lower-case letters, or empty");
        }
        place(group, wrong);
        return wrong;
    }

    private static void addresses(List<DeliveryAddress> addresses, List<String> wrong) {
        if (addresses.isEmpty() || addresses.size() > ADDRESSES_MAX) {
            wrong.add("addresses are " + addresses.size() + " but must be 1 to " + ADDRESSES_MAX
                    + "; to take the group out, set barred");
        }
        Set<String> seen = new HashSet<>();
        for (DeliveryAddress each : addresses) {
            try {
                AddressPrefix.address(each.getAddress());
            } catch (IllegalArgumentException e) {
                wrong.add("addresses: " + e.getMessage());
            }
            if (!seen.add(each.getAddress())) {
                wrong.add("address " + each.getAddress() + " stands twice; leave one out");
            }
        }
    }

    private static void place(DeliveryGroup group, List<String> wrong) {
        double latitude = group.getLatitudeDegrees();
        double longitude = group.getLongitudeDegrees();
        boolean none = latitude == NO_LATITUDE_DEGREES && longitude == NO_LONGITUDE_DEGREES;
        if (!none && !(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) {
            wrong.add("latitudeDegrees and longitudeDegrees are " + latitude + " and " + longitude
                    + " but must be −90 to 90 and −180 to 180, or " + NO_LATITUDE_DEGREES + " and "
                    + NO_LONGITUDE_DEGREES + " for none");
        }
    }
}
