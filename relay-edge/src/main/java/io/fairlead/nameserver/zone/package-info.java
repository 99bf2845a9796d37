/** Zones: files read and checked, and their answers made ready. */
@NullMarked
package io.fairlead.nameserver.zone;

import org.jspecify.annotations.NullMarked;
