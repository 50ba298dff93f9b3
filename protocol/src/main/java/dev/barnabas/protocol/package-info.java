/** The wire as values: generated messages, headers, error codes, record batches, compression. */
@NullMarked
package dev.barnabas.protocol;

import org.jspecify.annotations.NullMarked;
