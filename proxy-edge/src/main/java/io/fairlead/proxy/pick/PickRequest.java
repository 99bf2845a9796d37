package io.fairlead.proxy.pick;

import java.util.List;

/**
 * What is asked of an exit.
 *
 * @param tenant who asks: exits exclusive to another are never chosen
 * @param pool the exit must be a member of it
 * @param targetClass class of the target, for the quality that counts
 * @param tried exits that have failed this request already; not chosen again
 */
public record PickRequest(String tenant, String pool, String targetClass, List<String> tried) {}
