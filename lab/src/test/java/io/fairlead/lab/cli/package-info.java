/** The command line against real servers. */
@org.jspecify.annotations.NullMarked
package io.fairlead.lab.cli;
