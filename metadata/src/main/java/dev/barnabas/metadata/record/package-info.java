/** The forms in which changes are stored. Generated from the schemas in {@code src/main/schema}. */
@NullMarked
package dev.barnabas.metadata.record;

import org.jspecify.annotations.NullMarked;
