/** What operators can tune: plain records with units, defaults, bounds and cross-field rules, and which of several counts. */
@NullMarked
package io.fairlead.model.policy;

import org.jspecify.annotations.NullMarked;
