/** The web console: a server of one page and a typed API over the live topics and ClickHouse. */
@NullMarked
package io.fairlead.dashboards.console;

import org.jspecify.annotations.NullMarked;
