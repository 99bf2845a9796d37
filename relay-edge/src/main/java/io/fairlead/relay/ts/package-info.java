/**
 * MPEG transport streams, written from tags and read into tags: one program with one video and one audio stream. Sources: ISO/IEC 13818-1
 * (packets, PES, tables), ISO/IEC 14496-15 (avcC, hvcC), ISO/IEC 14496-3 (AudioSpecificConfig, ADTS).
 */
@NullMarked
package io.fairlead.relay.ts;

import org.jspecify.annotations.NullMarked;
