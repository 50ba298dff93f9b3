/**
 * The records that the coordinators of groups, transactions and share groups keep in the internal topics
 * {@code __consumer_offsets}, {@code __transaction_state} and {@code __share_group_state}, in the formats of Apache
 * Kafka 4.4.0, so that existing tools can read them. Generated like {@link dev.barnabas.protocol.message}.
 *
 * <p>A record of such a topic has a key {@code FooKey} and a value {@code FooValue}, or no value (a tombstone) if what
 * the key names is gone. Both begin with two bytes and continue with the message:
 *
 * <pre>
 * key:   int16 record type   FooKey, always in version 0
 * value: int16 version       FooValue in that version
 * </pre>
 *
 * The record type is {@code RECORD_TYPE} of the key (the value has the same). It is what a reader looks at first; one
 * that it does not know comes from a newer version and is skipped.
 *
 * <p>Types 0 and 1 are special: the first two bytes of an offset commit's key were once its version. Today, type 1
 * ({@link dev.barnabas.protocol.state.OffsetCommitKey}) is written, and type 0
 * ({@link dev.barnabas.protocol.state.LegacyOffsetCommitKey}) can occur in old topics only.
 */
@NullMarked
package dev.barnabas.protocol.state;

import org.jspecify.annotations.NullMarked;
