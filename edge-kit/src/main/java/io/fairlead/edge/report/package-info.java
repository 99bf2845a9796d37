/** What an edge tells of itself every second. */
@NullMarked
package io.fairlead.edge.report;

import org.jspecify.annotations.NullMarked;
