/** How long exits stay: life tables of groups, drawn to a Weibull law, and the chance to stay longer given the age. */
@NullMarked
package io.fairlead.model.survival;

import org.jspecify.annotations.NullMarked;
