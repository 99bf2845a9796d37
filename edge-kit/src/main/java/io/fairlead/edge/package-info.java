/** What every edge shares, put together: telemetry, tables, health, admin endpoint, report. */
@NullMarked
package io.fairlead.edge;

import org.jspecify.annotations.NullMarked;
