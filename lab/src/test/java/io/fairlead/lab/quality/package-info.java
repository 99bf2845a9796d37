/** The quality job on a real cluster, fed from a real broker. */
package io.fairlead.lab.quality;
