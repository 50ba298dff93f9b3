/** The barnabas command. */
@NullMarked
package dev.barnabas.cli;

import org.jspecify.annotations.NullMarked;
