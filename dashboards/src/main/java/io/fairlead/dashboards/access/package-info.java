/** Who may look at the console, and who may change anything by it: tokens, sessions, and how often one may be wrong. */
@NullMarked
package io.fairlead.dashboards.access;

import org.jspecify.annotations.NullMarked;
