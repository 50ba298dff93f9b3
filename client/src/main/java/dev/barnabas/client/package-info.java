/** Producer, consumer, admin. */
@NullMarked
package dev.barnabas.client;

import org.jspecify.annotations.NullMarked;
