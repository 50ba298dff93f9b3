/** Generated. */
@NullMarked
package dev.barnabas.protocol.state;

import org.jspecify.annotations.NullMarked;
