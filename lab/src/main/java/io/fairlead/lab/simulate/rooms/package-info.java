/** Live rooms and legs through events by chance: the product's own, with viewers and media servers that are simulated, and the promises to viewers looked at after every event. */
@NullMarked
package io.fairlead.lab.simulate.rooms;

import org.jspecify.annotations.NullMarked;
