/** Tests of the whole loop on the running demo. */
@NullMarked
package io.fairlead.lab.demo;

import org.jspecify.annotations.NullMarked;
