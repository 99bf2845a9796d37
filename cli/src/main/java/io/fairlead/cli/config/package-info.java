/** What operators say: policies, tenants and exits, read from and written to the config topics. */
@NullMarked
package io.fairlead.cli.config;

import org.jspecify.annotations.NullMarked;
