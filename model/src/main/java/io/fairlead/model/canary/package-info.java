/** A policy on trial: which exits it decides, what they and the others do since, and whether it is worse. */
@NullMarked
package io.fairlead.model.canary;

import org.jspecify.annotations.NullMarked;
