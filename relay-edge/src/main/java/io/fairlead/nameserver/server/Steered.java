package io.fairlead.nameserver.server;

/**
 * Where viewers are to go.
 *
 * @param addresses of the group that was chosen
 * @param scopeBits length of the widest prefix in which all are told the same
 */
public record Steered(GroupAddresses addresses, int scopeBits) {}
