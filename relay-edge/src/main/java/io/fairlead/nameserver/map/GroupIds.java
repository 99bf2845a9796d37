package io.fairlead.nameserver.map;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Numbers of groups, for a map names them millions of times: two bytes each, for the life of the process. Any thread. */
final class GroupIds {

    /** Ids of one life. */
    static final int MOST = 0xFFFF;

    private static final Map<String, Integer> NUMBERS = new HashMap<>();

    /** By number; replaced when it grows, and longer than there are ids. */
    private static volatile String[] ids = new String[64];

    private GroupIds() {}

    /**
     * The number of an id, from 0 on.
     *
     * @throws IllegalArgumentException if there are too many
     */
    static synchronized int number(String id) {
        Integer known = NUMBERS.get(id);
        if (known != null) {
            return known;
        }
        int number = NUMBERS.size();
        if (number >= MOST) {
            throw new IllegalArgumentException("the map has named " + MOST + " groups since the start, and group " + id
                    + " is one more; start the name server anew");
        }
        String[] all = number < ids.length ? ids : Arrays.copyOf(ids, number * 2);
        all[number] = id;
        ids = all;
        NUMBERS.put(id, number);
        return number;
    }

    /** The id of a number that was given. */
    static String id(int number) {
        return ids[number];
    }
}
