/** Whether a deployment as a whole is well. */
@NullMarked
package io.fairlead.cli.doctor;

import org.jspecify.annotations.NullMarked;
