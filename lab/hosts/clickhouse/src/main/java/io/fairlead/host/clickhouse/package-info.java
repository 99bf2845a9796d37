/** The real ClickHouse engine in a process of its own. */
@NullMarked
package io.fairlead.host.clickhouse;

import org.jspecify.annotations.NullMarked;
