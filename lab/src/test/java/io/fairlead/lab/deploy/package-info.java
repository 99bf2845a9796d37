/** What the files for deploying say is held to what they deploy. */
@org.jspecify.annotations.NullMarked
package io.fairlead.lab.deploy;
