/** Hosts a replicated state machine (a shard) on the loop of the partition that stores it. */
@NullMarked
package dev.barnabas.coordinator;

import org.jspecify.annotations.NullMarked;
