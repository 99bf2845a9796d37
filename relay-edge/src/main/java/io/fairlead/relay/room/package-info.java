/**
 * A live room: one timeline, one ring of groups of pictures, and viewers that are cursors into it. A room lives on one event loop;
 * each event loop that serves viewers has an outlet of the room, to which whole batches of tags are handed.
 */
@NullMarked
package io.fairlead.relay.room;

import org.jspecify.annotations.NullMarked;
