/**
 * How an exit gets its identity: a one-time token is exchanged for a short-lived certificate, which the agent renews by itself.
 * The issuer's side and the agent's; the agent's knows no more than the JDK.
 */
@NullMarked
package io.fairlead.proxy.enrol;

import org.jspecify.annotations.NullMarked;
