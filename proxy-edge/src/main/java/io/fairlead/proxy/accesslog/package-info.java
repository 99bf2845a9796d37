/** One line for each request, in a file. */
@NullMarked
package io.fairlead.proxy.accesslog;

import org.jspecify.annotations.NullMarked;
