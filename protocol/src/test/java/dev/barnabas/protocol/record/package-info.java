/** Tests of the record batch format, most of them against the official Java client. */
@NullMarked
package dev.barnabas.protocol.record;

import org.jspecify.annotations.NullMarked;
