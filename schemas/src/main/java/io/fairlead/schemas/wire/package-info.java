/** Avro single-object encoding, and reading what older or newer writers wrote. */
@NullMarked
package io.fairlead.schemas.wire;

import org.jspecify.annotations.NullMarked;
