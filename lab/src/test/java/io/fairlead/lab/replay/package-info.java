/** What a replay refuses, and what it finds. */
@NullMarked
package io.fairlead.lab.replay;

import org.jspecify.annotations.NullMarked;
