/** {@code fairlead bench proxy}: the proxy edge beside other proxies, on the same machine in the same run. */
@NullMarked
package io.fairlead.lab.bench.proxy;

import org.jspecify.annotations.NullMarked;
