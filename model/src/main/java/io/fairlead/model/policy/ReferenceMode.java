package io.fairlead.model.policy;

/** Where the references psi and omega of the speed terms come from. */
public enum ReferenceMode {
    /** From the policy. */
    FIXED,
    /** Half the lower quartile of the fleet, derived once a day; the policy's until there is one. */
    FLEET
}
