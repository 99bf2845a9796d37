/**
 * FLV, classic and enhanced, as it comes over the wire: read in pieces of any size, written as tags that viewers share. Sources: Adobe
 * Flash Video File Format 10.1, annex E; Enhanced RTMP 2 (veovera/enhanced-rtmp).
 */
@NullMarked
package io.fairlead.relay.flv;

import org.jspecify.annotations.NullMarked;
