package dev.barnabas.broker;

import dev.barnabas.host.Endpoint;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.ReadShareGroupStateRequest;
import dev.barnabas.protocol.message.ReadShareGroupStateRequest.ReadStateData;
import dev.barnabas.protocol.message.ReadShareGroupStateResponse;
import dev.barnabas.protocol.message.ShareGroupHeartbeatRequest;
import dev.barnabas.protocol.message.ShareGroupHeartbeatResponse;
import dev.barnabas.protocol.message.WriteShareGroupStateRequest;
import dev.barnabas.protocol.message.WriteShareGroupStateRequest.StateBatch;
import dev.barnabas.protocol.message.WriteShareGroupStateRequest.WriteStateData;
import dev.barnabas.protocol.message.WriteShareGroupStateResponse;
import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Members of a share group that come and go, and for each partition somebody who plays its leader: he reads the state
 * and moves its start offset forward. What was stored must be there whenever it is read again.
 */
final class ShareGroupWorkload {

    static final String GROUP = "queue";
    static final String TOPIC = "shared";
    static final int PARTITIONS = 4;

    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Uuid topicId;
    private final Dice dice;
    private final List<Member> members = new ArrayList<>();
    private final List<Leader> leaders = new ArrayList<>();
    private @Nullable String finding;

    ShareGroupWorkload(Simulation simulation, SimulatedCluster cluster, Uuid topicId) {
        this.topicId = topicId;
        this.dice = simulation.dice("share-groups");
        List<Endpoint> nodes = cluster.nodes().stream()
                .map(node -> new Endpoint(node.name(), 9092))
                .toList();
        for (int i = 0; i < 3; i++) {
            members.add(new Member("member-" + i, new WanderingPeer(simulation, "member-" + i, nodes)));
        }
        for (int i = 0; i < PARTITIONS; i++) {
            leaders.add(new Leader(i, new WanderingPeer(simulation, "leader-" + i, nodes)));
        }
    }

    void start() {
        members.forEach(member -> member.peer.loop().execute(member::beat));
        leaders.forEach(leader -> leader.peer.loop().execute(leader::read));
    }

    /** What must not be. */
    Optional<String> finding() {
        return Optional.ofNullable(finding);
    }

    /** How many changes of states have been acknowledged. */
    long stored() {
        return leaders.stream().mapToLong(leader -> leader.stored).sum();
    }

    /** Whether every member has something to read, and every partition a member. */
    boolean isSettled() {
        NavigableSet<Integer> read = new TreeSet<>();
        members.forEach(member -> read.addAll(member.assigned));
        return read.size() == PARTITIONS && members.stream().noneMatch(member -> member.assigned.isEmpty());
    }

    /** The start offset of a partition that was acknowledged last. */
    long acknowledged(int partition) {
        return leaders.get(partition).acknowledged;
    }

    private void found(String what) {
        if (finding == null) {
            finding = what;
        }
    }

    /** A member of the group. */
    private final class Member {
        private final String id;
        private final WanderingPeer peer;
        private final NavigableSet<Integer> assigned = new TreeSet<>();
        private int epoch;

        private Member(String id, WanderingPeer peer) {
            this.id = id;
            this.peer = peer;
        }

        private void beat() {
            if (epoch > 0 && dice.nextInt(200) == 0) {
                epoch = -1;
            }
            int asked = epoch;
            ShareGroupHeartbeatRequest request = ShareGroupHeartbeatRequest.builder()
                    .groupId(GROUP)
                    .memberId(id)
                    .memberEpoch(asked)
                    .subscribedTopicNames(asked == 0 ? List.of(TOPIC) : null)
                    .build();
            peer.ask(
                    request,
                    1,
                    ShareGroupHeartbeatResponse.class,
                    answer -> answered(asked, answer),
                    () -> peer.loop().schedule(PAUSE, this::beat));
        }

        private void answered(int asked, ShareGroupHeartbeatResponse answer) {
            switch (ErrorCode.forCode(answer.errorCode())) {
                case NONE -> {
                    if (asked == -1) {
                        joinAgain();
                        return;
                    }
                    if (answer.memberEpoch() < asked) {
                        found(id + " was at epoch " + asked + " and is at " + answer.memberEpoch());
                    }
                    epoch = answer.memberEpoch();
                    ShareGroupHeartbeatResponse.Assignment assignment = answer.assignment();
                    if (assignment != null) {
                        assigned.clear();
                        assignment.topicPartitions().forEach(topic -> assigned.addAll(topic.partitions()));
                    }
                    peer.loop().schedule(Duration.ofMillis(answer.heartbeatIntervalMs()), this::beat);
                }
                case UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH, GROUP_ID_NOT_FOUND -> joinAgain();
                case NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS -> {
                    peer.wander();
                    peer.loop().schedule(PAUSE, this::beat);
                }
                default -> {
                    found(id + " is told " + answer);
                    peer.loop().schedule(PAUSE, this::beat);
                }
            }
        }

        private void joinAgain() {
            epoch = 0;
            assigned.clear();
            peer.loop().schedule(PAUSE, this::beat);
        }
    }

    /** Plays the leader of a partition. */
    private final class Leader {
        private final int partition;
        private final WanderingPeer peer;
        private int leaderEpoch;
        private int stateEpoch;
        private long start;
        private long acknowledged = -1;
        private long stored;
        private boolean asked;

        private Leader(int partition, WanderingPeer peer) {
            this.partition = partition;
            this.peer = peer;
        }

        private void read() {
            // Members are given a partition when the group knows that its state was begun; before that it may be begun
            // again, and nobody asks its leader for records.
            asked = asked || members.stream().anyMatch(member -> member.assigned.contains(partition));
            if (!asked) {
                readLater();
                return;
            }
            leaderEpoch++;
            ReadShareGroupStateRequest request = new ReadShareGroupStateRequest(
                    GROUP,
                    List.of(new ReadStateData(
                            topicId, List.of(new ReadShareGroupStateRequest.PartitionData(partition, leaderEpoch)))));
            peer.ask(
                    request,
                    0,
                    ReadShareGroupStateResponse.class,
                    answer -> wasRead(answer.results().getFirst().partitions().getFirst()),
                    this::readLater);
        }

        private void readLater() {
            peer.loop().schedule(PAUSE, this::read);
        }

        private void wasRead(ReadShareGroupStateResponse.PartitionResult result) {
            ErrorCode error = ErrorCode.forCode(result.errorCode());
            switch (error) {
                case NONE -> {
                    if (result.startOffset() < acknowledged) {
                        found("partition " + partition + " was at " + acknowledged + " and is at "
                                + result.startOffset());
                    }
                    stateEpoch = result.stateEpoch();
                    start = Math.max(0, result.startOffset());
                    write();
                }
                // Nobody has begun it yet.
                case INVALID_REQUEST -> {
                    if (acknowledged >= 0) {
                        found("partition " + partition + " was at " + acknowledged + " and has no state");
                    }
                    readLater();
                }
                case NOT_COORDINATOR,
                        COORDINATOR_NOT_AVAILABLE,
                        COORDINATOR_LOAD_IN_PROGRESS,
                        UNKNOWN_TOPIC_OR_PARTITION -> {
                    peer.wander();
                    readLater();
                }
                default -> {
                    found("partition " + partition + " cannot be read: " + error);
                    readLater();
                }
            }
        }

        private void write() {
            long next = start + dice.nextInt(3);
            WriteShareGroupStateRequest request = new WriteShareGroupStateRequest(
                    GROUP,
                    List.of(new WriteStateData(
                            topicId,
                            List.of(new WriteShareGroupStateRequest.PartitionData(
                                    partition,
                                    stateEpoch,
                                    leaderEpoch,
                                    next,
                                    1,
                                    List.of(new StateBatch(next + 1, next + 1, (byte) 2, (short) 1)))))));
            peer.ask(
                    request,
                    1,
                    WriteShareGroupStateResponse.class,
                    answer -> {
                        short error = answer.results()
                                .getFirst()
                                .partitions()
                                .getFirst()
                                .errorCode();
                        if (error == ErrorCode.NONE.code()) {
                            start = next;
                            acknowledged = next;
                            stored++;
                        }
                        boolean again = error != ErrorCode.NONE.code() || dice.nextInt(10) == 0;
                        peer.loop()
                                .schedule(Duration.ofMillis(20 + dice.nextInt(80)), again ? this::read : this::write);
                    },
                    this::readLater);
        }
    }
}
