/** Commands that speak to ClickHouse. */
@NullMarked
package io.fairlead.cli.clickhouse;

import org.jspecify.annotations.NullMarked;
