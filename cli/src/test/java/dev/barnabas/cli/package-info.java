/** The commands against a node in the same process. */
@NullMarked
package dev.barnabas.cli;

import org.jspecify.annotations.NullMarked;
