/** ResolverJob: which name server each resolver prefers, and what that says about where it is. */
@NullMarked
package io.fairlead.jobs.resolvers;

import org.jspecify.annotations.NullMarked;
