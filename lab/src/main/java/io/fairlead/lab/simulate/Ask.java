package io.fairlead.lab.simulate;

import java.util.List;

/**
 * What one try asks of a chooser.
 *
 * @param targetClass 0 to {@link World#CLASSES} − 1
 * @param tried exits that have failed this request
 * @param only the exit that will do; −1: any
 * @param stayMs how long it is wanted to stay; 0: one request
 */
record Ask(String tenant, String pool, int targetClass, List<SimulatedExit> tried, int only, long stayMs) {}
