/** main, settings file, signals, packaging. */
@NullMarked
package dev.barnabas.server;

import org.jspecify.annotations.NullMarked;
