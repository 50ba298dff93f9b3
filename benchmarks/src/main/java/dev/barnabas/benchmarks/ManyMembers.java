package dev.barnabas.benchmarks;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Reader;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatResponse;
import dev.barnabas.protocol.message.FindCoordinatorRequest;
import dev.barnabas.protocol.message.FindCoordinatorResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Many members of one group of the consumer protocol, with one partition for each of them, as far as the coordinator
 * sees them: they send heartbeats over a few connections, when the coordinator wants the next one, and at once when
 * they have taken over an assignment, as the official client does. All join at once. So what is measured is the broker
 * and not a thousand clients.
 */
final class ManyMembers implements AutoCloseable {

    private static final int HEARTBEAT_VERSION = 1;
    private static final int FIND_COORDINATOR_VERSION = 4;
    private static final int CONNECTIONS = 4;
    private static final int IN_FLIGHT = 32;
    private static final int REBALANCE_TIMEOUT_MS = 300_000;
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int NOBODY = -1;

    private static final Set<ErrorCode> AGAIN = EnumSet.of(
            ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, ErrorCode.COORDINATOR_NOT_AVAILABLE, ErrorCode.NOT_COORDINATOR);
    private static final Set<ErrorCode> ANEW =
            EnumSet.of(ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.FENCED_MEMBER_EPOCH, ErrorCode.GROUP_ID_NOT_FOUND);

    private final InetSocketAddress broker;
    private final String group;
    private final String topic;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopping;

    /** The member that has each partition. Guarded by this. */
    private final int[] owners;
    /** How many partitions each member has. Guarded by this. */
    private final int[] shares;
    /** How many members have exactly one. Guarded by this. */
    private int settled;

    private long heartbeats;
    private @Nullable IOException failure;

    /** @param members and partitions of the topic */
    ManyMembers(InetSocketAddress broker, String group, String topic, int members) {
        this.broker = broker;
        this.group = group;
        this.topic = topic;
        this.owners = new int[members];
        this.shares = new int[members];
        Arrays.fill(owners, NOBODY);
    }

    /** Until the group has a coordinator; returns before anybody has joined. */
    void findCoordinator() throws IOException, InterruptedException {
        try (RawConnection connection = new RawConnection(broker)) {
            ByteBuffer frame = RawConnection.frame(
                    FindCoordinatorRequest.builder()
                            .coordinatorKeys(List.of(group))
                            .build(),
                    FIND_COORDINATOR_VERSION);
            connection.send(frame);
            while (FindCoordinatorResponse.read(new Reader(connection.receive()), FIND_COORDINATOR_VERSION)
                            .coordinators()
                            .getFirst()
                            .errorCode()
                    != ErrorCode.NONE.code()) {
                Thread.sleep(20);
                connection.send(frame);
            }
        }
    }

    /** All join, as fast as the broker lets them. */
    void join() {
        for (int connection = 0; connection < CONNECTIONS; connection++) {
            int first = connection;
            threads.add(Thread.ofPlatform().daemon().start(() -> {
                try {
                    new Connected(first).run();
                } catch (IOException e) {
                    failed(e);
                } catch (InterruptedException e) {
                    failed(new IOException(e));
                }
            }));
        }
    }

    private synchronized void failed(IOException e) {
        if (!stopping) {
            failure = e;
            notifyAll();
        }
    }

    /** Until every member has its partition. */
    synchronized void awaitSettled() throws IOException, InterruptedException {
        long begin = System.nanoTime();
        while (settled < shares.length) {
            if (failure != null) {
                throw new IOException("the members failed", failure);
            }
            if (System.nanoTime() - begin > TimeUnit.MINUTES.toNanos(5)) {
                throw new IOException("only " + settled + " members have their partition after five minutes");
            }
            wait(100);
        }
    }

    synchronized long heartbeats() {
        return heartbeats;
    }

    @Override
    public void close() throws IOException {
        stopping = true;
        for (Thread thread : threads) {
            thread.interrupt();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void beat() {
        heartbeats++;
    }

    private synchronized void moved(int member, Set<Integer> before, Set<Integer> after) throws IOException {
        for (int partition : before) {
            if (!after.contains(partition) && owners[partition] == member) {
                owners[partition] = NOBODY;
            }
        }
        for (int partition : after) {
            if (owners[partition] != member && owners[partition] != NOBODY) {
                throw new IOException("partition " + partition + " has two members");
            }
            owners[partition] = member;
        }
        settled -= shares[member] == 1 ? 1 : 0;
        shares[member] = after.size();
        settled += shares[member] == 1 ? 1 : 0;
        if (settled == shares.length) {
            notifyAll();
        }
    }

    /** One member. Owned by the thread of its connection. */
    private static final class Member {
        private final int number;
        private final String id = UUID.randomUUID().toString();
        private int epoch;
        private Uuid topicId = Uuid.ZERO;
        private Set<Integer> owned = new TreeSet<>();
        private boolean tellsOwned;
        private long dueNanos;

        Member(int number, long dueNanos) {
            this.number = number;
            this.dueNanos = dueNanos;
        }
    }

    /** One connection with its share of the members. */
    private final class Connected {
        private final PriorityQueue<Member> waiting =
                new PriorityQueue<>(Comparator.comparingLong(member -> member.dueNanos));
        private final Queue<Member> inFlight = new ArrayDeque<>();

        Connected(int first) {
            long now = System.nanoTime();
            for (int number = first; number < shares.length; number += CONNECTIONS) {
                waiting.add(new Member(number, now));
            }
        }

        void run() throws IOException, InterruptedException {
            try (RawConnection connection = new RawConnection(broker)) {
                while (!stopping) {
                    Member next = waiting.peek();
                    long left = next == null ? Long.MAX_VALUE : next.dueNanos - System.nanoTime();
                    if (left <= 0 && inFlight.size() < IN_FLIGHT) {
                        waiting.remove();
                        connection.send(RawConnection.frame(heartbeat(next), HEARTBEAT_VERSION));
                        inFlight.add(next);
                    } else if (!inFlight.isEmpty()) {
                        Member member = inFlight.remove();
                        answered(
                                member,
                                ConsumerGroupHeartbeatResponse.read(
                                        new Reader(connection.receive()), HEARTBEAT_VERSION));
                        waiting.add(member);
                    } else {
                        TimeUnit.NANOSECONDS.sleep(Math.min(left, TimeUnit.MILLISECONDS.toNanos(100)));
                    }
                }
            } catch (InterruptedException | IOException e) {
                if (!stopping) {
                    throw e;
                }
            }
        }

        private ConsumerGroupHeartbeatRequest heartbeat(Member member) {
            ConsumerGroupHeartbeatRequest.Builder request = ConsumerGroupHeartbeatRequest.builder()
                    .groupId(group)
                    .memberId(member.id)
                    .memberEpoch(member.epoch);
            if (member.epoch == 0) {
                request.rebalanceTimeoutMs(REBALANCE_TIMEOUT_MS)
                        .subscribedTopicNames(List.of(topic))
                        .topicPartitions(List.of());
            } else if (member.tellsOwned) {
                member.tellsOwned = false;
                request.topicPartitions(
                        member.owned.isEmpty()
                                ? List.of()
                                : List.of(new ConsumerGroupHeartbeatRequest.TopicPartitions(
                                        member.topicId, List.copyOf(member.owned))));
            }
            return request.build();
        }

        private void answered(Member member, ConsumerGroupHeartbeatResponse response) throws IOException {
            beat();
            long now = System.nanoTime();
            ErrorCode error = ErrorCode.forCode(response.errorCode());
            if (AGAIN.contains(error)) {
                member.dueNanos = now + RETRY_NANOS;
                return;
            }
            if (ANEW.contains(error)) {
                own(member, new TreeSet<>());
                member.epoch = 0;
                member.dueNanos = now;
                return;
            }
            if (error != ErrorCode.NONE) {
                throw new IOException("the broker refused: " + error + " " + response.errorMessage());
            }
            member.epoch = response.memberEpoch();
            member.dueNanos = now + TimeUnit.MILLISECONDS.toNanos(response.heartbeatIntervalMs());
            ConsumerGroupHeartbeatResponse.Assignment assignment = response.assignment();
            if (assignment != null) {
                Set<Integer> assigned = new TreeSet<>();
                assignment.topicPartitions().forEach(share -> {
                    member.topicId = share.topicId();
                    assigned.addAll(share.partitions());
                });
                if (!assigned.equals(member.owned)) {
                    own(member, assigned);
                    member.tellsOwned = true;
                    member.dueNanos = now;
                }
            }
        }

        private void own(Member member, Set<Integer> assigned) throws IOException {
            moved(member.number, member.owned, assigned);
            member.owned = assigned;
        }
    }
}
