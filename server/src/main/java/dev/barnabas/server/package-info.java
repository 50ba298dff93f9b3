/**
 * A node as a process: reads the settings, opens the world ({@link dev.barnabas.host.live.LiveHost}), starts the broker
 * and what stands beside it, says where it listens, and stops all in order on a signal.
 * {@link dev.barnabas.server.Server} is where to start.
 */
@NullMarked
package dev.barnabas.server;

import org.jspecify.annotations.NullMarked;
