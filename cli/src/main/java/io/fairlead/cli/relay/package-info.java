/** {@code fairlead relay}: relay servers and relay clients in the foreground. */
@NullMarked
package io.fairlead.cli.relay;

import org.jspecify.annotations.NullMarked;
