package io.fairlead.model.policy;

/**
 * One thing that is wrong with a policy.
 *
 * @param field name of the field
 * @param value what it holds
 * @param bound what must hold
 * @param remedy what to do
 */
public record Violation(String field, String value, String bound, String remedy) {

    /** One sentence for people. */
    @Override
    public String toString() {
        return field + " is " + value + " but must be " + bound + "; " + remedy;
    }
}
