/** Whose fault a failure was: verdicts over what many exits saw at the same time. */
@NullMarked
package io.fairlead.model.attribution;

import org.jspecify.annotations.NullMarked;
