/** Files for Grafana. */
@NullMarked
package io.fairlead.cli.grafana;

import org.jspecify.annotations.NullMarked;
