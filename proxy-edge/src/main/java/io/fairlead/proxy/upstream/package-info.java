/** Exits that are existing HTTP and SOCKS5 proxies, reached by address. */
@NullMarked
package io.fairlead.proxy.upstream;

import org.jspecify.annotations.NullMarked;
