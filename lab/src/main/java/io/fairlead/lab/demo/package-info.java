/** The whole loop on one machine: every part real, each in a process of its own. */
@NullMarked
package io.fairlead.lab.demo;

import org.jspecify.annotations.NullMarked;
