/** The ClickHouse schema: numbered migrations and what applies them. */
@NullMarked
package io.fairlead.dashboards.schema;

import org.jspecify.annotations.NullMarked;
