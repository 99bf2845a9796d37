/** Which relay servers each relay client takes rooms from. */
@NullMarked
package io.fairlead.jobs.relays;

import org.jspecify.annotations.NullMarked;
