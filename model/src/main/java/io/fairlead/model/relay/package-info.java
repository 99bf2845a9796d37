/** Where relay clients take rooms from: what each way is worth, and which relay servers come first. */
@NullMarked
package io.fairlead.model.relay;

import org.jspecify.annotations.NullMarked;
