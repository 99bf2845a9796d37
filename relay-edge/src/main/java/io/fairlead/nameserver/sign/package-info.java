/** Signing answers as they are given (RFC 4034, 9824): of messages, with a bounded memory of signatures. */
@NullMarked
package io.fairlead.nameserver.sign;

import org.jspecify.annotations.NullMarked;
