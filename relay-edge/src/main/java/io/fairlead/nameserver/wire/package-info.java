/** DNS messages as bytes: questions read, answers prepared, names, options, cookies. */
@NullMarked
package io.fairlead.nameserver.wire;

import org.jspecify.annotations.NullMarked;
