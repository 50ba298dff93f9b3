/** Kafka Streams, the official library, on Barnabas: exactly once while the node is killed, in both group protocols. */
@NullMarked
package dev.barnabas.conformance.streams;

import org.jspecify.annotations.NullMarked;
