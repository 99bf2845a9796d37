package io.fairlead.model.attribution;

/**
 * One try of a request, by all that can be at fault for it.
 *
 * @param atMs when it ended, ms since the Unix epoch
 * @param asn autonomous system of the exit; 0: not known, and never at fault
 * @param target hash of the target's host
 */
public record Try(long atMs, String exitId, long asn, long target, String edge) {}
