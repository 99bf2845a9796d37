/** Decisions and config as tables in memory: followed on compacted topics, kept as snapshots on disk, there without Kafka. */
@NullMarked
package io.fairlead.edge.table;

import org.jspecify.annotations.NullMarked;
