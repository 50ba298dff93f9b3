/**
 * One partition's role on this node. A {@link dev.barnabas.replication.Partition} wraps a log and decides what the log
 * cannot know: who may append in which leader epoch, how far the partition may be read (the high watermark), when an
 * append is acknowledged, and what of a follower's log has to go. A pure state machine: whoever owns it carries the
 * messages, between leader and followers ({@link dev.barnabas.replication.FetchPosition},
 * {@link dev.barnabas.replication.Fetched}) and between leader and controller
 * ({@link dev.barnabas.replication.InSyncChanges}), and tells it what the controller has decided.
 *
 * <h2>How a record becomes safe</h2>
 *
 * The leader appends it. Followers fetch it, even before it is synced at the leader: their syncs run side by side. A
 * follower fetches again when what it got is as stable as the topic's durability demands; the offset of that fetch says
 * so, and whatever the leader has got meanwhile comes together: group commit. The high watermark is the smallest of
 * what is stable at the leader and what the in-sync replicas have said; what is before it is acknowledged.
 *
 * <h2>What must not be broken</h2>
 *
 * <ul>
 *   <li>A fetch's offset is a promise. No position is given away while something is not stable, or while the log is
 *       being changed.
 *   <li>A leader that asked for a larger in-sync set counts it at once, and until a version is known that excludes it:
 *       the controller may elect any of them before the answer is here (KIP-497). A lost answer is asked again, for the
 *       same version; so the controller must give every accepted proposal a new version, even one that changes nothing.
 *   <li>What is known of followers begins anew with every term.
 *   <li>Nobody leads in a term that began before its process was started: it may have lost records of that term, which
 *       followers have, and no epoch would tell them apart from those that took their place.
 *   <li>A follower goes back by comparing epochs, never by its high watermark (KIP-101, KIP-279), and says the epoch of
 *       its last record, not the latest one that began here: that may have no records.
 *   <li>While a follower's log is changed by the disk, no other role begins.
 * </ul>
 *
 * <h2>Deleted and compacted records</h2>
 *
 * Leader and followers each delete what is too old and compact, never behind their own high watermark, and a follower
 * moves its log start up to the leader's. So logs need not have the same batches; what both have is the same. A
 * follower that was away for longer than {@code delete.retention.ms} may keep the older record of a key whose tombstone
 * the leader has removed meanwhile, as in Apache Kafka: that setting must be longer than a broker may be away. One that
 * is so far behind that the leader's log begins after its end starts anew and has no such records.
 */
@NullMarked
package dev.barnabas.replication;

import org.jspecify.annotations.NullMarked;
