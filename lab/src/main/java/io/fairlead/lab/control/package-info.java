/** The door by which running parts of the lab are looked at and changed. */
@NullMarked
package io.fairlead.lab.control;

import org.jspecify.annotations.NullMarked;
