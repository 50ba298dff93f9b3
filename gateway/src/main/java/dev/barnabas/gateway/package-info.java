/** HTTP: metrics and health. */
@NullMarked
package dev.barnabas.gateway;

import org.jspecify.annotations.NullMarked;
