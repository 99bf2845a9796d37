/** What boards and console ask ClickHouse for, over a month of facts. */
@NullMarked
package io.fairlead.lab.bench.panels;

import org.jspecify.annotations.NullMarked;
