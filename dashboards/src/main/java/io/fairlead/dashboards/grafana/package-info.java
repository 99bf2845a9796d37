/** Boards and alerts for Grafana: what they ask of ClickHouse, and the files that Grafana reads. */
@NullMarked
package io.fairlead.dashboards.grafana;

import org.jspecify.annotations.NullMarked;
