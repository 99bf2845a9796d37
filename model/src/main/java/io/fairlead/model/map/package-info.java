/** The network map: which delivery group serves which part of the network, under capacity, and how a new map takes over from the old. */
@NullMarked
package io.fairlead.model.map;

import org.jspecify.annotations.NullMarked;
