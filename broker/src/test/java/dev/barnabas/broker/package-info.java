/** Tests of the broker: the whole node in the simulator, with real clients of ours, under faults. */
@NullMarked
package dev.barnabas.broker;

import org.jspecify.annotations.NullMarked;
