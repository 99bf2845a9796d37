/** A Flink cluster seen through its REST interface: jars, jobs, savepoints and checkpoints. */
@NullMarked
package io.fairlead.cli.flink;

import org.jspecify.annotations.NullMarked;
