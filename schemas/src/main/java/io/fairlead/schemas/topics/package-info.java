/** The catalogue of topics: names, keys, record types, partitions, retention. */
@NullMarked
package io.fairlead.schemas.topics;

import org.jspecify.annotations.NullMarked;
