/**
 * What the cluster agrees on, and how it comes to agree.
 *
 * <ul>
 *   <li>{@link dev.barnabas.metadata.ClusterImage} is everything that has been agreed on: brokers, topics, settings,
 *       features. Immutable; a {@link dev.barnabas.metadata.Change} makes the next one out of it, the same on every
 *       node.
 *   <li>{@link dev.barnabas.metadata.Wish} is what somebody wants, such as {@link dev.barnabas.metadata.CreateTopic};
 *       each wish is one file with its rules. The {@link dev.barnabas.metadata.Controller} plans it: all that is open
 *       is settled, and there is one change, or a {@link dev.barnabas.metadata.Refusal}.
 *   <li>What follows for partitions when brokers come and go, or settings change, is part of the same change:
 *       {@code PartitionSweep} looks at the partitions that it concerns, {@code PartitionDraft} makes the next state of
 *       one and knows who is eligible to lead it (KIP-966), {@code LeaderElection} chooses. One entry then carries
 *       several changes ({@link dev.barnabas.metadata.Change.Together}), so that nobody ever sees a broker that is
 *       fenced and still leads, and fencing a broker of 10,000 partitions costs one write.
 *   <li>{@link dev.barnabas.metadata.BrokerSessions} is what only the active controller knows: who is alive. When a
 *       session is over it wishes {@link dev.barnabas.metadata.FenceBroker}.
 *   <li>{@link dev.barnabas.metadata.MetadataLog} puts changes in order and keeps them safe. A port: the single node's
 *       is {@link dev.barnabas.metadata.EmbeddedMetadataLog}; a cluster has another one.
 *   <li>{@link dev.barnabas.metadata.ClusterMetadata} runs all that on one loop: it takes wishes, has them planned,
 *       appends the changes, applies what comes out of the log, tells the other loops of the new image
 *       ({@link dev.barnabas.metadata.ImageUpdate}) and answers.
 * </ul>
 *
 * <h2>Files of the embedded log</h2>
 *
 * One folder. All numbers are big-endian; checksums are CRC-32C. Entries have the offsets 0, 1, 2 and so on without
 * gaps.
 *
 * <p><b>{@code <20 digits>.log}</b> holds the entries from the offset in its name on, up to the next log file. It is a
 * sequence of frames with nothing in between:
 *
 * <pre>
 * bytes  field
 *  0- 3  length of the entry, at most 64 MiB
 *  4- 7  checksum of all bytes of the frame from 8 on
 *  8- 9  format: 1
 * 10-11  0
 * 12-19  offset of the entry
 * 20-27  durable end offset: when this frame was written, all entries before that offset were on stable storage
 * 28-    the entry
 * </pre>
 *
 * A crash can leave anything behind the last entry that was synced. After a restart the first frame that is not whole,
 * or not of the offset that is expected, ends the log. Unless a whole frame follows whose durable end offset says that
 * the missing entry was on stable storage once: then it is not a crash that has damaged it, and the log is not opened.
 *
 * <p>Opening writes the entries behind the newest snapshot anew, as {@code .log.tmp}, syncs them, renames the file and
 * deletes the other log files. A log file whose name lies before the end of the one before it is a remainder of that.
 *
 * <p><b>{@code <20 digits>.snapshot}</b> stands for all entries up to and including the offset in its name. Log files
 * with nothing behind that are deleted. It is written as {@code .snapshot.tmp}, synced, and then renamed:
 *
 * <pre>
 * bytes  field
 *  0- 3  0x424D4453, "BMDS"
 *  4- 5  format: 1
 *  6- 7  0
 *  8-15  offset of the last entry, as in the name
 * 16-23  length of the state
 * 24-27  checksum of the bytes before and of the state
 * 28-    the state
 * </pre>
 *
 * <h2>What is in them</h2>
 *
 * <b>An entry</b>: 8 bytes version of the image for which the change was planned, then the change. It is passed over
 * where it meets another version.
 *
 * <p><b>A change</b>: 2 bytes kind, 2 bytes version, then a record in Kafka's schema language; kinds, versions and
 * fields are in {@code src/main/schema}. A form that was ever written stays readable: a field is added with a new
 * version, which is written only when the feature {@link dev.barnabas.metadata.Feature#METADATA} allows it.
 *
 * <p><b>The state of a snapshot</b>:
 *
 * <pre>
 * bytes  field
 *  0- 1  format: 1
 *  2- 9  version of the image: how many changes had been applied
 * 10-17  stamp of the entry that was applied last
 * 18-25  offset of the last entry
 * 26-33  offset at which the levels of features changed last
 * 34-37  number of changes
 * 38-    the changes that make the image out of nothing, each with 4 bytes of length before it
 * </pre>
 */
@NullMarked
package dev.barnabas.metadata;

import org.jspecify.annotations.NullMarked;
