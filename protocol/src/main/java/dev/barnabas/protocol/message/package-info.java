/** Generated. */
@NullMarked
package dev.barnabas.protocol.message;

import org.jspecify.annotations.NullMarked;
