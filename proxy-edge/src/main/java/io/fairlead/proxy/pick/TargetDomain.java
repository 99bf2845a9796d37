package io.fairlead.proxy.pick;

/** A domain that exits are kept for. One object a name, as long as any exit is: compared as such. Changed under the monitor of {@link TargetDomains}. */
final class TargetDomain {

    final String name;
    final int hash;

    /** Exits here that are kept for it. */
    int exits;

    TargetDomain(String name, int hash) {
        this.name = name;
        this.hash = hash;
    }
}
