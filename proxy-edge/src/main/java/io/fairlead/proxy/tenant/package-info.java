/** Tenants: who may use the proxy, proven how, and with which pools, limits and destinations. */
@NullMarked
package io.fairlead.proxy.tenant;

import org.jspecify.annotations.NullMarked;
