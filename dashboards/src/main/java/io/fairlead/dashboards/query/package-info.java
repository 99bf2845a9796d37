/** Questions to ClickHouse, one class a subject: SQL with bound parameters in, records out. */
@NullMarked
package io.fairlead.dashboards.query;

import org.jspecify.annotations.NullMarked;
