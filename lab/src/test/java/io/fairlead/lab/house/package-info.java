/** The rules of the house itself. */
@org.jspecify.annotations.NullMarked
package io.fairlead.lab.house;
