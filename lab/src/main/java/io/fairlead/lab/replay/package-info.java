/** What would have been decided under another policy: recorded telemetry through the job's own operators. */
@NullMarked
package io.fairlead.lab.replay;

import org.jspecify.annotations.NullMarked;
