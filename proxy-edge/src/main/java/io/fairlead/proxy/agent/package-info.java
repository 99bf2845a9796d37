/** The exit agent: dials out to supernodes from wherever it runs, and connects to targets for them under its own rules. */
@NullMarked
package io.fairlead.proxy.agent;

import org.jspecify.annotations.NullMarked;
