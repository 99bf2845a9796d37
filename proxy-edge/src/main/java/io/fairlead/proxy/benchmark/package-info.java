/** Benchmarks of exits through their links: what a user would wait for, measured where no user's traffic has said it lately. */
@NullMarked
package io.fairlead.proxy.benchmark;

import org.jspecify.annotations.NullMarked;
