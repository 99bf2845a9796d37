/** Live relay with real players. */
@NullMarked
package io.fairlead.lab.relay;

import org.jspecify.annotations.NullMarked;
