@NullMarked
package io.fairlead.lab.names;

import org.jspecify.annotations.NullMarked;
