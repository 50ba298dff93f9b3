package dev.barnabas.broker;

import dev.barnabas.broker.FollowedPartition.State;
import dev.barnabas.broker.ReplicaFetchers.Place;
import dev.barnabas.host.Frame;
import dev.barnabas.host.Loop;
import dev.barnabas.host.Network;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.FetchResponse;
import dev.barnabas.replication.FetchPosition;
import dev.barnabas.replication.Fetched;
import dev.barnabas.replication.Partition;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches what one loop's partitions miss from one broker that leads them, over one connection. A request names the
 * partitions whose position is new; the leader answers when any partition has something. Owned by the loop.
 *
 * <pre>
 *                 +---------------------------- stable ---------------------------+
 *                 v                                                               |
 *   UNREADY --> DUE --named in a request--> ASKED --answered with something--> TAKING
 *      ^          ^                                                               |
 *      |          +---- pause is over ---- RESTING <---- refused, or throttled ----+
 *      +-- whenever the partition has no position
 * </pre>
 *
 * <p>A partition is fetched again only when what it got is stable, and then its offset says so. The next request leaves
 * when all partitions are done with the last answer, so that one sync at each side covers many; but one that is slow
 * holds the others back for {@link #HOLD_BACK} at most. When it is done while a request waits at the leader, a further
 * request names it, and ends that wait.
 */
final class ReplicaFetcher {

    private static final Duration HOLD_BACK = Duration.ofMillis(10);
    private static final Logger log = LoggerFactory.getLogger(ReplicaFetcher.class);

    private final Loop loop;
    private final int leader;
    private final FetcherSettings settings;
    private final ReplicaFetchers owner;
    private final LeaderConnection connection;
    private final FollowerSession session = new FollowerSession();
    private final Map<Place, FollowedPartition> followed = new LinkedHashMap<>();
    private final Set<FollowedPartition> due = new LinkedHashSet<>();
    /** What the leader still watches although nobody wants it any more. */
    private final Set<Place> forgotten = new LinkedHashSet<>();

    private final RestingPartitions resting;
    private long nextRequest;
    private @Nullable Taking latest;
    private boolean heldBack;
    private Loop.@Nullable Timer holdBack;
    private boolean armed;
    private boolean closed;

    ReplicaFetcher(
            Loop loop,
            Network network,
            int leader,
            BrokerAddresses leaders,
            FetcherSettings settings,
            ReplicaFetchers owner) {
        this.loop = loop;
        this.leader = leader;
        this.settings = settings;
        this.owner = owner;
        this.resting = new RestingPartitions(loop, this::look);
        this.connection = new LeaderConnection(
                loop, network, leader, leaders, owner.self().clusterId(), settings, new Events());
    }

    int leader() {
        return leader;
    }

    boolean isIdle() {
        return followed.isEmpty();
    }

    /** A partition that follows this leader, perhaps in another term than before. */
    void follow(Partition partition) {
        Place place = Place.of(partition.id());
        FollowedPartition known = followed.get(place);
        if (known != null && known.partition != partition) {
            drop(known);
            known = null;
        }
        if (known == null) {
            known = new FollowedPartition(place, partition, new RetryDelay(settings.mostBackoff()));
            followed.put(place, known);
            connection.leaderIsThere();
            look(known);
        } else {
            if (known.leaderEpoch < partition.leaderEpoch()) {
                known.leaderEpoch = partition.leaderEpoch();
                known.delay.reset();
                connection.leaderIsThere();
            }
            positionChanged(partition);
        }
    }

    void stop(Partition partition) {
        FollowedPartition known = followed.get(Place.of(partition.id()));
        if (known != null && known.partition == partition) {
            drop(known);
        }
    }

    private void drop(FollowedPartition gone) {
        followed.remove(gone.place);
        leave(gone);
        gone.dropped = true;
    }

    void positionChanged(Partition partition) {
        FollowedPartition known = followed.get(Place.of(partition.id()));
        if (known == null || known.partition != partition || known.state == State.TAKING) {
            return;
        }
        boolean leaderKnows = known.state == State.ASKED
                && position(known).filter(at -> !known.isNews(at)).isPresent();
        if (!leaderKnows) {
            look(known);
        }
    }

    /** Where the partition stands, if this leader is to be asked from there. */
    private Optional<FetchPosition> position(FollowedPartition one) {
        return one.partition.fetchPosition().filter(at -> at.leader() == leader);
    }

    /** Makes a partition due if it has a position. */
    private void look(FollowedPartition one) {
        leave(one);
        if (position(one).isEmpty()) {
            one.state = State.UNREADY;
            return;
        }
        long waitNanos = owner.throttling().waitNanos(one.partition);
        if (waitNanos > 0) {
            one.state = State.RESTING;
            resting.add(one, Duration.ofNanos(waitNanos));
        } else {
            one.state = State.DUE;
            due.add(one);
            arm();
        }
    }

    private void leave(FollowedPartition one) {
        switch (one.state) {
            case DUE -> due.remove(one);
            case ASKED -> {
                forgotten.add(one.place);
                arm();
            }
            case RESTING -> resting.remove(one);
            case UNREADY, TAKING -> {}
        }
    }

    /** What one turn brings goes into one request. */
    private void arm() {
        if (!armed && !closed) {
            armed = true;
            loop.atEndOfTurn(() -> {
                armed = false;
                sendIfNeeded();
            });
        }
    }

    private void sendIfNeeded() {
        if (closed || followed.isEmpty() || !connection.isOpen() || !session.isReady(connection.unanswered())) {
            return;
        }
        boolean somethingToSay = !due.isEmpty() || (!forgotten.isEmpty() && !session.isNew());
        boolean mustWait = connection.unanswered() == FetcherSettings.MAX_IN_FLIGHT
                || (!somethingToSay && (connection.unanswered() > 0 || session.isNew()));
        if (mustWait) {
            return;
        }
        Taking taking = latest;
        if (taking != null && taking.partitions > 0 && !heldBack) {
            if (holdBack == null) {
                holdBack = loop.schedule(HOLD_BACK, this::heldBackLongEnough);
            }
            return;
        }
        send();
    }

    private void heldBackLongEnough() {
        holdBack = null;
        heldBack = true;
        sendIfNeeded();
    }

    private void send() {
        FollowerSession.Step step = session.next();
        FollowerRequest request = new FollowerRequest(step, settings);
        long number = nextRequest++;
        for (FollowedPartition one : due) {
            Optional<FetchPosition> position = position(one);
            if (position.isPresent()) {
                one.ask(position.get(), number);
                forgotten.remove(one.place);
                request.name(one.place, position.get());
            } else {
                one.state = State.UNREADY;
            }
        }
        due.clear();
        if (!step.isFull()) {
            forgotten.forEach(request::forget);
        }
        forgotten.clear();
        connection.send(request.build(owner.self()), step, number);
    }

    private void answered(FetchResponse response, Frame frame, FollowerSession.Step step, long number) {
        Taking taking = new Taking(frame);
        ErrorCode error = ErrorCode.forCode(response.errorCode());
        boolean counts = session.answered(step, response.sessionId());
        if (counts && error == ErrorCode.NONE) {
            heldBack = false;
            latest = taking;
            for (FetchResponse.FetchableTopicResponse topic : response.responses()) {
                for (FetchResponse.PartitionData answer : topic.partitions()) {
                    FollowedPartition one = followed.get(new Place(topic.topicId(), answer.partitionIndex()));
                    if (one != null && one.waitsForAnswerTo(number)) {
                        taking.add(one, FetchAnswer.of(answer));
                    }
                }
            }
            if (response.sessionId() == 0) {
                loseSession();
            }
        }
        taking.release();
        if (counts && error != ErrorCode.NONE) {
            refused(error);
        }
        arm();
    }

    /** A request as a whole is refused. */
    private void refused(ErrorCode error) {
        switch (error) {
            case FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH, FETCH_SESSION_TOPIC_ID_ERROR -> loseSession();
            default -> {
                log.warn("A leader refuses to be followed leader={} error={}", leader, error);
                connection.drop("it answered " + error);
            }
        }
    }

    /** Everything has to be named anew. */
    private void loseSession() {
        session.lose();
        for (FollowedPartition one : List.copyOf(followed.values())) {
            if (one.state == State.ASKED) {
                look(one);
            }
        }
        forgotten.clear();
    }

    private void taken(FollowedPartition one, Fetched answer, ErrorCode error) {
        Optional<FetchPosition> now = position(one);
        boolean moved = now.isEmpty() || one.isNews(now.get());
        boolean nothing = answer instanceof Fetched.Batches(var batches, long _, long _) && !batches.hasRemaining();
        one.state = State.UNREADY;
        if (error != ErrorCode.NONE || (!moved && !nothing)) {
            log.debug("A partition is not fetched for a while partition={} error={}", one.partition.id(), error);
            one.state = State.RESTING;
            resting.add(one, one.delay.next());
            return;
        }
        one.delay.reset();
        if (moved) {
            look(one);
        } else {
            // It was told of watermarks only: the leader still watches it from there.
            one.state = State.ASKED;
        }
    }

    private void stopHoldingBack() {
        if (holdBack != null) {
            holdBack.cancel();
            holdBack = null;
        }
    }

    void close() {
        closed = true;
        stopHoldingBack();
        resting.clear();
        connection.close();
    }

    private final class Events implements LeaderConnection.Listener {

        @Override
        public void opened() {
            arm();
        }

        @Override
        public void answered(FetchResponse response, Frame frame, FollowerSession.Step step, long number) {
            ReplicaFetcher.this.answered(response, frame, step, number);
        }

        @Override
        public void lost() {
            loseSession();
        }
    }

    /** The partitions that take over what one answer brought. The frame is theirs until the last one is done. */
    private final class Taking {
        private final Frame frame;
        private int partitions;
        private int uses = 1;

        Taking(Frame frame) {
            this.frame = frame;
        }

        void add(FollowedPartition one, Fetched answer) {
            // Before the partition is asked: it may have asked for something else by the time it is done.
            FetchPosition asked = one.asked();
            one.state = State.TAKING;
            partitions++;
            uses++;
            if (answer instanceof Fetched.Batches(var batches, long _, long _)) {
                owner.throttling().fetched(one.partition, batches.remaining());
            }
            one.partition.fetched(asked, answer, error -> {
                release();
                if (--partitions == 0 && latest == this) {
                    latest = null;
                    stopHoldingBack();
                }
                if (one.dropped) {
                    owner.positionChanged(one.partition);
                } else {
                    taken(one, answer, error);
                }
                arm();
            });
        }

        void release() {
            if (--uses == 0) {
                frame.release();
            }
        }
    }
}
