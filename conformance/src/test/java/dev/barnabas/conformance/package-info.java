/**
 * Other people's clients against a Barnabas node on real sockets and a real disk: the official Java client, and as
 * processes kcat (librdkafka), python3-kafka, python3-confluent-kafka and kafkajs.
 * {@link dev.barnabas.server.RunningNode} is the node, {@link dev.barnabas.conformance.ForeignClient} a program that
 * may not be installed.
 */
@NullMarked
package dev.barnabas.conformance;

import org.jspecify.annotations.NullMarked;
