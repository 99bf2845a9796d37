/** Policies as records of the contract, and as the model knows them: the one place that knows both. */
@NullMarked
package io.fairlead.schemas.policies;

import org.jspecify.annotations.NullMarked;
