package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.FetchRequest;
import dev.barnabas.protocol.message.FetchResponse.PartitionData;
import dev.barnabas.replication.Partition;
import dev.barnabas.replication.PartitionRead;
import dev.barnabas.replication.ReadFrom;
import dev.barnabas.replication.Reader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The partitions of one {@link ReplicaSession} that one loop owns, where its follower stands in each, and which of them
 * have news for it. Owned by that loop, but for the {@link Orders}, which the session's loop collects.
 *
 * <pre>
 *   named --> DUE --nothing new--> WATCHED --something came--> DUE
 *              |                      ^
 *              +--told something that the follower must act upon--> TOLD --named again--> DUE
 * </pre>
 */
final class ReplicaShare {

    private final Node node;
    private final LoopShare owner;
    private final ReplicaSession session;
    private final Map<Place, Followed> followed = new HashMap<>();
    /** In the order in which they are served: one that gave records comes back at the end. */
    private final SequencedSet<Followed> due = new LinkedHashSet<>();

    private Orders orders = new Orders();
    private @Nullable News told;
    private @Nullable News noticed;
    private boolean telling;
    /** A timer runs for what is throttled. */
    private boolean waiting;

    private boolean closed;

    record Place(Uuid topicId, int partition) {}

    /** A partition as a request names it. */
    record Named(FetchSession.Key key, Place place, FetchRequest.FetchPartition wanted) {}

    /** What there is to tell between requests; the later one is the more urgent. */
    enum News {
        /** There is something to read whenever it is read next. */
        LATER,
        /** A high watermark or log start that the follower waits for, too. */
        WATERMARK,
        /** Records, or an error. */
        RECORDS
    }

    /**
     * What one partition has for the follower.
     *
     * @param urgent the follower should know at once, whether there are records or not
     * @param watermark there is a newer high watermark, or log start, than the follower knows
     */
    record Offer(
            ReplicaShare share,
            Place place,
            FetchSession.Key key,
            PartitionData result,
            boolean urgent,
            boolean watermark) {}

    ReplicaShare(Node node, LoopShare owner, ReplicaSession session) {
        this.node = node;
        this.owner = owner;
        this.session = session;
    }

    Loop loop() {
        return owner.loop();
    }

    /** On the session's loop: what to do at the next {@link #read}. */
    Orders orders() {
        return orders;
    }

    /** On the session's loop. */
    Orders takeOrders() {
        Orders taken = orders;
        orders = new Orders();
        return taken;
    }

    /**
     * Carries the orders out and reads what is due.
     *
     * @param all whether everything that is due is answered, or only what is new
     * @param then on this loop, once
     */
    void read(Orders given, ReplicaSession.Follower follower, int maxBytes, boolean all, Consumer<List<Offer>> then) {
        owner.loop().requireCurrent();
        if (closed) {
            then.accept(List.of());
            return;
        }
        told = null;
        carryOut(given);
        new Reading(follower, maxBytes, all, then).start();
    }

    private void carryOut(Orders given) {
        again(given.again);
        for (Place place : given.forgotten) {
            Followed gone = followed.remove(place);
            if (gone != null) {
                gone.unwatch();
                due.remove(gone);
            }
        }
        for (Named named : given.named) {
            Followed known = followed.get(named.place);
            if (known == null) {
                known = new Followed(named);
                followed.put(named.place, known);
            }
            known.wanted = named.wanted;
            known.knownHighWatermark = named.wanted.highWatermark();
            if (known.knowsWatermarks()) {
                // What it was told since came when it had something else in hand, and went by unheard.
                known.toldHighWatermark = known.knownHighWatermark;
            }
            known.answered = false;
            due.add(known);
        }
        if (given.refresh) {
            for (Followed each : followed.values()) {
                if (!each.answered) {
                    due.add(each);
                }
            }
        }
    }

    /** What was read of these was not sent: they are due as if it had not been. */
    void again(List<Place> places) {
        for (Place place : places) {
            Followed back = followed.get(place);
            if (back != null && back.answered) {
                back.answered = false;
                due.addFirst(back);
            }
        }
    }

    void close() {
        closed = true;
        followed.values().forEach(Followed::unwatch);
        followed.clear();
        due.clear();
    }

    /** Something came for a partition, maybe only a newer high watermark. What one turn brings is told together. */
    private void notice(Followed of, Partition partition) {
        if (closed || of.answered) {
            return;
        }
        due.add(of);
        boolean watermarkOnly = partition.leads()
                && partition.leaderEpoch() == of.readInEpoch
                && partition.endOffset() <= of.wanted.fetchOffset();
        boolean hasWatermark = of.wantsWatermark(partition) || of.wantsLogStart(partition.logStartOffset());
        News kind = !watermarkOnly ? News.RECORDS : hasWatermark ? News.WATERMARK : News.LATER;
        if (noticed == null || noticed.compareTo(kind) < 0) {
            noticed = kind;
        }
        if (!telling) {
            telling = true;
            owner.loop().atEndOfTurn(this::tell);
        }
    }

    private void tell() {
        telling = false;
        News kind = noticed;
        noticed = null;
        if (kind == null || closed || (told != null && told.compareTo(kind) >= 0)) {
            return;
        }
        told = kind;
        node.run(session.loop(), () -> session.news(this, kind));
    }

    /** What is due and throttled now may be read then. */
    private void wakeAfter(long nanos) {
        if (!waiting) {
            waiting = true;
            owner.loop().schedule(Duration.ofNanos(nanos), () -> {
                waiting = false;
                if (!closed && !due.isEmpty()) {
                    node.run(session.loop(), () -> session.news(this, News.RECORDS));
                }
            });
        }
    }

    /** What the session's loop wants done, collected until the next read. */
    static final class Orders {
        private final List<Named> named = new ArrayList<>();
        private final List<Place> forgotten = new ArrayList<>();
        private final List<Place> again = new ArrayList<>();
        private boolean refresh;
        private boolean look;

        void name(Named one) {
            named.add(one);
        }

        void forget(Place place) {
            forgotten.add(place);
        }

        /** What was read of it was not sent. */
        void again(Place place) {
            again.add(place);
        }

        /** Looks at all partitions, whether there is anything new or not. */
        void refresh() {
            refresh = true;
        }

        /** There is something new. */
        void look() {
            look = true;
        }

        boolean any() {
            return refresh || look || !named.isEmpty() || !forgotten.isEmpty() || !again.isEmpty();
        }
    }

    /** One reading of all that is due. */
    private final class Reading {
        private final ReplicaSession.Follower follower;
        private final int maxBytes;
        private final boolean all;
        private final Consumer<List<Offer>> then;
        private final List<Offer> offers = new ArrayList<>();
        private int room;
        private int unfinished = 1;

        Reading(ReplicaSession.Follower follower, int maxBytes, boolean all, Consumer<List<Offer>> then) {
            this.follower = follower;
            this.maxBytes = maxBytes;
            this.all = all;
            this.then = then;
            this.room = maxBytes;
        }

        void start() {
            List<Followed> now = List.copyOf(due);
            due.clear();
            for (Followed each : now) {
                read(each);
            }
            finishOne();
        }

        private void finishOne() {
            if (--unfinished == 0) {
                if (!due.isEmpty()) {
                    node.run(session.loop(), () -> session.news(ReplicaShare.this, News.LATER));
                }
                then.accept(offers);
            }
        }

        private void read(Followed each) {
            Partition partition = owner.partitions().find(each.place.topicId, each.place.partition);
            if (partition == null) {
                each.unwatch();
                followed.remove(each.place);
                refuse(each, whyAbsent(each.place), -1);
                return;
            }
            owner.fetchSessions().replicaRead();
            FetchRequest.FetchPartition wanted = each.wanted;
            each.readInEpoch = partition.leaderEpoch();
            boolean throttled = isThrottled(partition);
            long waitNanos = throttled ? node.leaderThrottle().waitNanos(nowNanos()) : 0;
            // While it is not its turn it is read nevertheless: where the follower stands its leader has to know.
            int limit = waitNanos > 0 ? 0 : Math.max(0, Math.min(room, wanted.partitionMaxBytes()));
            ReadFrom from = new ReadFrom(
                    wanted.fetchOffset(),
                    limit,
                    room == maxBytes && waitNanos == 0,
                    wanted.currentLeaderEpoch(),
                    wanted.lastFetchedEpoch(),
                    new Reader.Follower(
                            follower.id(), follower.epoch(), wanted.logStartOffset(), each.knownHighWatermark));
            PartitionRead read = partition.read(from);
            if (waitNanos > 0) {
                wakeAfter(waitNanos);
            }
            if (read instanceof PartitionRead.Cold && waitNanos > 0) {
                due.add(each);
            } else if (read instanceof PartitionRead.Cold) {
                // From disk, on a worker: a loop never waits for a disk. It is taken to be as much as was asked for.
                room = Math.max(0, room - limit);
                unfinished++;
                partition.readCold(from, cold -> {
                    take(each, partition, cold);
                    pay(throttled, cold);
                    finishOne();
                });
            } else {
                take(each, partition, read);
                pay(throttled, read);
            }
        }

        private boolean isThrottled(Partition partition) {
            return node.leaderThrottle().covers(partition.id())
                    && !partition.inSyncReplicas().contains(follower.id());
        }

        private void pay(boolean throttled, PartitionRead read) {
            if (throttled && read instanceof PartitionRead.Found found) {
                node.leaderThrottle().take(found.records().sizeInBytes(), nowNanos());
            }
        }

        private long nowNanos() {
            return owner.loop().clock().nanos();
        }

        private void take(Followed each, Partition partition, PartitionRead read) {
            if (closed) {
                return;
            }
            switch (read) {
                case PartitionRead.Found found -> found(each, partition, found);
                case PartitionRead.Diverging diverging -> {
                    each.answered = true;
                    offer(each, FetchedTopics.diverging(each.place.partition, diverging), true, false);
                }
                case PartitionRead.Refused(ErrorCode error, long logStartOffset) -> refuse(each, error, logStartOffset);
                case PartitionRead.Cold() -> throw new IllegalStateException("a cold read was not read");
            }
        }

        private void found(Followed each, Partition partition, PartitionRead.Found found) {
            int bytes = found.records().sizeInBytes();
            // Before it is watched: what is here already is being offered.
            each.answered = bytes > 0;
            each.watch(partition, follower);
            boolean newWatermark = found.highWatermark() != each.toldHighWatermark
                    || found.logStartOffset() != each.toldLogStartOffset;
            boolean wakes = each.wantsWatermark(partition) || each.wantsLogStart(found.logStartOffset());
            if (bytes > 0) {
                room = Math.max(0, room - bytes);
            } else if (found.readableEnd() > each.wanted.fetchOffset()) {
                // There was no room for it.
                due.add(each);
            }
            if (bytes > 0 || all || newWatermark) {
                each.toldHighWatermark = found.highWatermark();
                each.toldLogStartOffset = found.logStartOffset();
                each.knownHighWatermark = each.knowsWatermarks() ? found.highWatermark() : each.knownHighWatermark;
                offer(
                        each,
                        PartitionData.builder()
                                .partitionIndex(each.place.partition)
                                .highWatermark(found.highWatermark())
                                .lastStableOffset(found.lastStableOffset())
                                .logStartOffset(found.logStartOffset())
                                .records(found.records())
                                .build(),
                        false,
                        wakes);
            }
        }

        private void refuse(Followed each, ErrorCode error, long logStartOffset) {
            each.answered = true;
            each.toldHighWatermark = -1;
            offer(
                    each,
                    FetchedTopics.refused(each.place.partition, error).toBuilder()
                            .logStartOffset(logStartOffset)
                            .build(),
                    true,
                    false);
        }

        private void offer(Followed each, PartitionData result, boolean urgent, boolean watermark) {
            offers.add(new Offer(ReplicaShare.this, each.place, each.key, result, urgent, watermark));
        }
    }

    private ErrorCode whyAbsent(Place place) {
        return node.image().topic(place.topicId).isEmpty()
                ? ErrorCode.UNKNOWN_TOPIC_ID
                : owner.partitions().whyAbsent(place.topicId, place.partition);
    }

    /** One partition, and where the follower stands in it. */
    private final class Followed {
        private final FetchSession.Key key;
        private final Place place;
        private FetchRequest.FetchPartition wanted;
        private long knownHighWatermark;
        private long toldHighWatermark = -1;
        private long toldLogStartOffset = -1;
        private int readInEpoch;
        private boolean answered;
        private @Nullable Partition watched;
        private Partition.@Nullable Watch watch;

        Followed(Named named) {
            this.key = named.key;
            this.place = named.place;
            this.wanted = named.wanted;
            this.knownHighWatermark = named.wanted.highWatermark();
        }

        /** Followers before version 18 do not say what they know, and are told with the next records (KIP-1166). */
        boolean knowsWatermarks() {
            return knownHighWatermark != Long.MAX_VALUE;
        }

        boolean wantsWatermark(Partition partition) {
            return partition.highWatermark() > knownHighWatermark;
        }

        /** Somebody waits until all followers have deleted what their leader has. */
        boolean wantsLogStart(long logStartOffset) {
            return toldLogStartOffset >= 0 && toldLogStartOffset != logStartOffset;
        }

        /** Once and for all: what comes before the follower has caught up is read anyway. */
        void watch(Partition partition, ReplicaSession.Follower follower) {
            if (watched != partition) {
                unwatch();
                watched = partition;
                watch = partition.watch(
                        wanted.fetchOffset(),
                        new Reader.Follower(
                                follower.id(), follower.epoch(), wanted.logStartOffset(), knownHighWatermark),
                        _ -> notice(this, partition));
            }
        }

        void unwatch() {
            if (watch != null) {
                watch.stop();
                watch = null;
                watched = null;
            }
        }
    }
}
