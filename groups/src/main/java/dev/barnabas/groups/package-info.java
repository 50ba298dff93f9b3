/**
 * Groups: who consumes together, and how far they have come. Pure logic on top of {@code dev.barnabas.coordinator};
 * stored in {@code __consumer_offsets} in Kafka's formats.
 *
 * <pre>
 *  broker ---> GroupCoordinator ---> Shards ---> ShardHost ---> GroupOperation.decide(GroupShard, now) ---> Decision
 *              (checks, routes)      (finds)     (its loop)     JoinGroup, SyncGroup, Heartbeat, ...
 * </pre>
 *
 * <ul>
 *   <li>{@link dev.barnabas.groups.GroupCoordinator}: what the broker calls; start there.
 *   <li>{@code GroupShard}: the state of the groups that one partition stores.
 *   <li>One file for each API: {@code JoinGroup}, {@code SyncGroup}, {@code Heartbeat}, {@code LeaveGroup},
 *       {@code OffsetCommit}, {@code TxnOffsetCommit}, {@code OffsetFetch}, {@code OffsetDelete},
 *       {@code DescribeGroup}, {@code ListGroups}, {@code DeleteGroup}. Each opens with what its versions change.
 *   <li>{@code PendingOffsets}: what was committed in transactions that have not ended.
 *   <li>{@code Phase}: the states of a classic group, with the picture; {@code Rebalance}: the transitions;
 *       {@code Expiry}: what is forgotten.
 *   <li>The consumer protocol (KIP-848): {@code ConsumerHeartbeat} and {@code ConsumerDescribe} are its APIs,
 *       {@code ConsumerGroup} its state, {@code ConsumerDraft} a decision about it. {@code CurrentAssignment} has the
 *       picture of what one member goes through; {@code Subscription}, {@code Assignor}, {@code UniformAssignment} and
 *       {@code RangeAssignment} say who is to get what; {@code HeartbeatPace} how soon members are asked again.
 *   <li>{@code Migration}: how a group changes from one protocol to the other while it works; {@code ClassicMembers}:
 *       members of the classic protocol in a consumer group; {@code EmbeddedProtocol}: what they say.
 *   <li>Share groups (KIP-932): {@code ShareHeartbeat} and {@code ShareDescribe} are their APIs, {@code ShareGroup} the
 *       state, {@code ShareDraft} a decision, {@code ShareAssignment} who is to get what. How far they have come is
 *       kept elsewhere ({@code ShareStates}, a port): {@code ShareTopics} has the picture, {@code ShareFollowUps} asks,
 *       and {@code DescribeShareOffsets}, {@code AlterShareOffsets}, {@code DeleteShareOffsets},
 *       {@code DeleteShareGroup} are the APIs that need it.
 *   <li>Streams groups (KIP-1071): {@code StreamsHeartbeat} and {@code StreamsDescribe} are the APIs,
 *       {@code StreamsGroup} the state, {@code StreamsDraft} a decision about it. {@code RequestedTopology},
 *       {@code ConfiguredTopology} and {@code PartitionCounts} are about the topics of an application,
 *       {@code TaskAssignor} says who is to get which task, {@code TaskAssignment} what a member goes through on the
 *       way there.
 *   <li>{@code GroupRecord}, {@code GroupRecords}, {@code StoredGroup}: what is stored of classic groups and offsets,
 *       and how; {@code ConsumerRecord}, {@code ConsumerRecords}, {@code StoredConsumer}: of consumer groups;
 *       {@code ShareRecord}, {@code ShareRecords}, {@code StoredShare}: of share groups; {@code StreamsRecord},
 *       {@code StreamsRecords}, {@code StoredStreams}: of streams groups.
 * </ul>
 *
 * <p>A decision works on a {@code Draft}: an immutable group is turned into the next one, and what follows from that is
 * collected on the way. Requests that are parked (a member waits for the others) are tickets in the group's state.
 *
 * <p>A consumer group is nothing but what is stored of it: it changes by records only, so that a heartbeat that changes
 * nothing costs nothing, and a new leader goes on where the old one was.
 *
 * <p>What only the leader of the partition knows (who is joining, who waits) is lost when the coordinator moves: the
 * group falls back to what was stored last, its members keep their places with fresh sessions, and whoever was in the
 * middle of a rebalance begins again.
 */
@NullMarked
package dev.barnabas.groups;

import org.jspecify.annotations.NullMarked;
