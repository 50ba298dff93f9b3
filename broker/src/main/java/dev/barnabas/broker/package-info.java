/** Connections, one handler per API, fetch sessions and waits, reconciler, the composition root. */
@NullMarked
package dev.barnabas.broker;

import org.jspecify.annotations.NullMarked;
