/** MapJob: which delivery group serves which part of the network. */
@NullMarked
package io.fairlead.jobs.map;

import org.jspecify.annotations.NullMarked;
