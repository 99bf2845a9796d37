/** The exit agent alone, as one jar for owners' devices. */
@NullMarked
package io.fairlead.agent;

import org.jspecify.annotations.NullMarked;
