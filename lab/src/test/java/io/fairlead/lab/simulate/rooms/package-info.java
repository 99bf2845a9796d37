@org.jspecify.annotations.NullMarked
package io.fairlead.lab.simulate.rooms;
