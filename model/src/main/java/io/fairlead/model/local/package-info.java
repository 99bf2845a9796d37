/** What an edge makes of exits by itself while no job tells it: local quality, and the way from one to the other. */
@NullMarked
package io.fairlead.model.local;

import org.jspecify.annotations.NullMarked;
