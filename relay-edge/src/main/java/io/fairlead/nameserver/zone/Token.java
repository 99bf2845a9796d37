package io.fairlead.nameserver.zone;

/**
 * A word of a zone file.
 *
 * @param text as it stands there, escapes included, quotes left out
 * @param quoted it stood in quotes
 */
record Token(String text, boolean quoted) {}
