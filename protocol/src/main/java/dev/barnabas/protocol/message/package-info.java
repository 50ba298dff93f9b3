/**
 * The requests and responses of the protocol, and the other messages that clients and brokers exchange: a record each,
 * generated from the schemas of Apache Kafka 4.4.0 at build time ({@code target/generated-sources/messages}).
 *
 * <p>{@link dev.barnabas.protocol.ApiKey} lists the APIs. {@code FooRequest} and {@code FooResponse} belong to the API
 * {@code FOO} and have the same versions. Beside them there are the headers in front of every request and response
 * ({@link dev.barnabas.protocol.message.RequestHeader}, {@link dev.barnabas.protocol.message.ResponseHeader}), what
 * consumers put into the opaque bytes of the group protocol
 * ({@link dev.barnabas.protocol.message.ConsumerProtocolSubscription},
 * {@link dev.barnabas.protocol.message.ConsumerProtocolAssignment}), and the contents of control records
 * ({@link dev.barnabas.protocol.message.EndTxnMarker} and others).
 *
 * <p>Two components stand for one thing in many messages, since topics are named in older versions and go by id in
 * newer ones; the one that the version does not have holds its default: the empty name, or
 * {@link dev.barnabas.protocol.Uuid#ZERO}.
 *
 * <p>How messages look on the wire is described in {@link dev.barnabas.protocol}; how a schema becomes a record, in the
 * {@code package-info} of {@code dev.barnabas.protocol.generator}.
 */
@NullMarked
package dev.barnabas.protocol.message;

import org.jspecify.annotations.NullMarked;
