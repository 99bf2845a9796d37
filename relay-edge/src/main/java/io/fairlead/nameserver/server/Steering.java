package io.fairlead.nameserver.server;

import io.fairlead.nameserver.zone.MappedName;
import org.jspecify.annotations.Nullable;

/** Says where viewers of a mapped name are to go. Asked by any thread, without locks; must not block. */
public interface Steering {

    /** Knows of no group: mapped names can't be answered. */
    Steering NONE = new Steering() {
        @Override
        public @Nullable Steered steer(MappedName name, boolean ipv6, long address, int bits) {
            return null;
        }

        @Override
        public String explain(MappedName name, boolean ipv6, long address, int bits) {
            return "no delivery group is known";
        }
    };

    /**
     * The addresses to answer with.
     *
     * @param ipv6 whether the asker's address is one of IPv6
     * @param address of the client's subnet, or else of the resolver, in the upper bits
     * @param bits of it that are known
     * @return null: there is none
     */
    @Nullable
    Steered steer(MappedName name, boolean ipv6, long address, int bits);

    /**
     * The addresses of any group that serves, so that the ways to all of them become known.
     *
     * @param hash of what is asked for, by which one is chosen
     * @return null: there is none; its scope is 0, since the asker's address decides nothing
     */
    default @Nullable Steered anywhere(MappedName name, long hash) {
        return steer(name, false, 0, 0);
    }

    /** Why, in one line. */
    String explain(MappedName name, boolean ipv6, long address, int bits);
}
