/** The edge kit against a real broker. */
package io.fairlead.lab.edge;
