/** The job that brings telemetry and decisions into ClickHouse, each record once. */
@NullMarked
package io.fairlead.jobs.facts;

import org.jspecify.annotations.NullMarked;
