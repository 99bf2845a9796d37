/** What jobs are measured against: the least that a job of their kind can do. */
@NullMarked
package io.fairlead.jobs.yardstick;

import org.jspecify.annotations.NullMarked;
