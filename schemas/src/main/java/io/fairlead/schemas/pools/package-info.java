/** Pools on the wire: definitions to the model's and back, and what is wrong with one, alone and among the others. */
@NullMarked
package io.fairlead.schemas.pools;

import org.jspecify.annotations.NullMarked;
