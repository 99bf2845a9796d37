/** Live rooms of the demo, and the picture that they show. */
@NullMarked
package io.fairlead.lab.rooms;

import org.jspecify.annotations.NullMarked;
