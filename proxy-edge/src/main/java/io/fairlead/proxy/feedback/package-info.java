/** What customers tell of the answers they got, and the requests that they may tell of. */
@NullMarked
package io.fairlead.proxy.feedback;

import org.jspecify.annotations.NullMarked;
