package dev.barnabas.client;

import dev.barnabas.client.Cursor.Place;
import dev.barnabas.client.OffsetQuestions.Committer;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads records: of partitions that it is told ({@link #assign}), or of those that its group gives it
 * ({@link #subscribe}).
 *
 * <p>{@link #poll} returns what has been fetched ahead ({@link Fetcher}) and moves the position ({@link Cursor}) behind
 * it. What a poll returned counts as processed when the next one is called: only then it is committed automatically,
 * and only then partitions are given up ({@link GroupMembership}). So every record is processed at least once.
 *
 * <p>Owned by the cluster's loop.
 */
public final class Consumer {

    private final Cluster cluster;
    private final Loop loop;
    private final ConsumerSettings settings;
    private final Map<TopicPartition, Cursor> cursors = new LinkedHashMap<>();
    private final Fetcher fetcher;
    private final Positions positions;
    private final Commits commits;
    private final Runnable viewChanged = this::viewChanged;
    private final @Nullable GroupMembership membership;

    private Subscription subscription = new Subscription.None();
    private RebalanceListener listener = RebalanceListener.NONE;
    private Set<String> topics = Set.of();
    private Set<String> topicsOfGroup = Set.of();
    private @Nullable Eventual<Polled> polling;
    private Loop.@Nullable Timer pollTimer;
    private boolean closed;

    /** What is consumed. */
    private sealed interface Subscription {

        record None() implements Subscription {}

        record Assigned() implements Subscription {}

        record Topics() implements Subscription {}

        record Matching(Pattern pattern) implements Subscription {}
    }

    /** Only on the cluster's loop, like everything else here. */
    public Consumer(Cluster cluster, ConsumerSettings settings) {
        cluster.loop().requireCurrent();
        this.cluster = cluster;
        this.loop = cluster.loop();
        this.settings = settings;
        this.positions = new Positions(cluster, settings, cursors, this::located);
        this.fetcher = new Fetcher(cluster, settings, cursors, new Fetcher.Listener() {
            @Override
            public void fetched() {
                progressed();
            }

            @Override
            public void outOfRange(Cursor cursor) {
                cursor.jump(new Place.Sought(settings.reset()));
                positions.resolve();
            }
        });
        this.membership = settings.group() == null ? null : new GroupMembership(cluster, settings.group(), new Owner());
        this.commits = new Commits(cluster, settings, cursors, new Author());
        cluster.metadata().observe(viewChanged);
    }

    // What is consumed

    /** Consumes these partitions, and no others; those that were there before stay where they are. */
    public void assign(Collection<TopicPartition> partitions) {
        loop.requireCurrent();
        leaveGroup("partitions are assigned by hand");
        subscription = new Subscription.Assigned();
        Set<TopicPartition> wanted = new TreeSet<>(partitions);
        cursors.keySet().retainAll(wanted);
        topics = wanted.stream().map(TopicPartition::topic).collect(Collectors.toCollection(TreeSet::new));
        wantTopics();
        add(wanted);
    }

    /** Consumes these topics as a member of the group of the settings. */
    public void subscribe(Collection<String> names, RebalanceListener rebalanceListener) {
        subscribed(new Subscription.Topics(), new TreeSet<>(names), rebalanceListener);
    }

    /** Consumes all topics whose names match, also those that come into being later; never internal ones. */
    public void subscribe(Pattern pattern, RebalanceListener rebalanceListener) {
        subscribed(new Subscription.Matching(pattern), matching(pattern), rebalanceListener);
        cluster.metadata().refresh();
    }

    private void subscribed(Subscription how, Set<String> names, RebalanceListener rebalanceListener) {
        loop.requireCurrent();
        if (membership == null) {
            throw new IllegalStateException("a consumer without a group can only be assigned partitions");
        }
        if (!isSubscribed()) {
            cursors.clear();
        }
        subscription = how;
        listener = rebalanceListener;
        topics = names;
        wantTopics();
        membership.rejoin("subscription changed");
    }

    /** Consumes nothing, and leaves the group. */
    public void unsubscribe() {
        loop.requireCurrent();
        leaveGroup("unsubscribed");
        subscription = new Subscription.None();
        topics = Set.of();
        cursors.clear();
        cluster.metadata().wantNothing(this);
    }

    private void leaveGroup(String why) {
        if (membership != null && isSubscribed()) {
            membership.leave(why);
            cursors.clear();
            topicsOfGroup = Set.of();
        }
    }

    private boolean isSubscribed() {
        return switch (subscription) {
            case Subscription.Topics _, Subscription.Matching _ -> true;
            case Subscription.None _, Subscription.Assigned _ -> false;
        };
    }

    private Set<String> matching(Pattern pattern) {
        return cluster.view().topics().values().stream()
                .filter(topic ->
                        !topic.internal() && pattern.matcher(topic.name()).matches())
                .map(ClusterView.Topic::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void wantTopics() {
        if (subscription instanceof Subscription.Matching) {
            cluster.metadata().want(this, new Metadata.Interest(null, false));
            return;
        }
        Set<String> all = new TreeSet<>(topics);
        all.addAll(topicsOfGroup);
        cluster.metadata().want(this, Metadata.Interest.in(all, settings.allowTopicCreation()));
    }

    private void viewChanged() {
        if (subscription instanceof Subscription.Matching(Pattern pattern)) {
            Set<String> now = matching(pattern);
            if (!now.equals(topics)) {
                topics = now;
                if (membership != null) {
                    membership.rejoin("topics that match the subscription have changed");
                }
            }
        }
        if (membership != null && isSubscribed()) {
            membership.viewChanged();
        }
        fetcher.plan();
    }

    /** The partitions that are consumed now. */
    public Set<TopicPartition> assignment() {
        return new TreeSet<>(cursors.keySet());
    }

    // Polling

    /**
     * Returns records as soon as there are any, or nothing when the time is up. One poll at a time.
     *
     * <p>Fails with {@link ClientError.NoOffset} if a partition has no valid position and there is no reset policy, and
     * with whatever makes going on impossible: then it fails again and again, until the cause is gone.
     */
    public Eventual<Polled> poll(Duration timeout) {
        loop.requireCurrent();
        if (closed) {
            return Eventual.failed(new ClientError.Closed("the consumer is closed"));
        }
        if (polling != null) {
            return Eventual.failed(new ClientError.Invalid("another poll is under way"));
        }
        if (subscription instanceof Subscription.None) {
            return Eventual.failed(new ClientError.Invalid("the consumer has no partitions and no subscription"));
        }
        commits.commitIfDue();
        Eventual<Polled> polled = new Eventual<>();
        polling = polled;
        if (membership != null && isSubscribed()) {
            membership.polled();
        }
        positions.resolve();
        fetcher.plan();
        progressed();
        if (!polled.isSettled()) {
            pollTimer = loop.schedule(timeout, () -> {
                pollTimer = null;
                settlePoll(Result.success(Polled.NOTHING));
            });
        }
        return polled;
    }

    private void located() {
        fetcher.plan();
        progressed();
    }

    /** Something has happened that the poll may wait for. */
    private void progressed() {
        if (polling == null) {
            return;
        }
        if (membership != null && isSubscribed()) {
            if (membership.failure().isPresent()) {
                settlePoll(Result.failure(membership.failure().get()));
                return;
            }
            if (membership.isChanging()) {
                return;
            }
        }
        for (Cursor cursor : cursors.values()) {
            if (cursor.place() instanceof Place.Failed(ClientError error, long offset)) {
                if (offset >= 0) {
                    cursor.jump(new Place.At(offset));
                }
                settlePoll(Result.failure(error));
                return;
            }
        }
        List<FetchedRecords> records = collect();
        if (!records.isEmpty()) {
            fetcher.plan();
            settlePoll(Result.success(new Polled(records)));
        }
    }

    /** Takes what is there, from the partitions in turn. */
    private List<FetchedRecords> collect() {
        List<FetchedRecords> records = new ArrayList<>();
        int room = settings.fetch().maxPollRecords();
        for (Cursor cursor : List.copyOf(cursors.values())) {
            if (room <= 0) {
                break;
            }
            if (!cursor.hasAhead()) {
                continue;
            }
            FetchedRecords some = cursor.poll(room);
            if (some != null) {
                records.add(some);
                room -= some.countAtMost();
            }
            cursors.remove(cursor.id);
            cursors.put(cursor.id, cursor);
        }
        return records;
    }

    private void settlePoll(Result<Polled> result) {
        Eventual<Polled> settled = polling;
        polling = null;
        if (membership != null) {
            membership.pollEnded();
        }
        if (pollTimer != null) {
            pollTimer.cancel();
            pollTimer = null;
        }
        if (settled != null) {
            settled.settle(result);
        }
    }

    // Positions

    /** The offset of the next record that a poll returns; empty until it is known. */
    public OptionalLong position(TopicPartition partition) {
        Cursor cursor = cursors.get(partition);
        return cursor == null || cursor.position() < 0 ? OptionalLong.empty() : OptionalLong.of(cursor.position());
    }

    /** How many records are behind the position, as of the last fetch; empty until that is known. */
    public OptionalLong lag(TopicPartition partition) {
        Cursor cursor = cursors.get(partition);
        return cursor == null || cursor.position() < 0 || cursor.highWatermark < 0
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(0, cursor.highWatermark - cursor.position()));
    }

    /** Goes on at that offset. Nothing happens if the partition is not assigned. */
    public void seek(TopicPartition partition, long offset) {
        if (offset < 0) {
            throw new IllegalArgumentException("an offset cannot be negative: " + offset);
        }
        jump(partition, new Place.At(offset));
    }

    /** Goes on wherever that is; {@link OffsetReset.None} makes no sense here. */
    public void seek(TopicPartition partition, OffsetReset where) {
        jump(partition, new Place.Sought(where));
    }

    private void jump(TopicPartition partition, Place place) {
        loop.requireCurrent();
        Cursor cursor = cursors.get(partition);
        if (cursor != null) {
            cursor.jump(place);
            positions.resolve();
            fetcher.plan();
        }
    }

    /** Returns no records of these partitions for the time being; they stay assigned. */
    public void pause(Collection<TopicPartition> partitions) {
        setPaused(partitions, true);
    }

    public void resume(Collection<TopicPartition> partitions) {
        setPaused(partitions, false);
    }

    private void setPaused(Collection<TopicPartition> partitions, boolean paused) {
        loop.requireCurrent();
        for (TopicPartition partition : partitions) {
            Cursor cursor = cursors.get(partition);
            if (cursor != null) {
                cursor.paused = paused;
            }
        }
        fetcher.plan();
        progressed();
    }

    public Set<TopicPartition> paused() {
        return cursors.values().stream()
                .filter(cursor -> cursor.paused)
                .map(cursor -> cursor.id)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    // Commits

    /** Commits the positions of all partitions: everything that polls have returned counts as processed. */
    public Eventual<Map<TopicPartition, Result<Done>>> commit() {
        loop.requireCurrent();
        return commits.commitAll();
    }

    /** Commits these offsets. */
    public Eventual<Map<TopicPartition, Result<Done>>> commit(Map<TopicPartition, Offsets.Committed> offsets) {
        loop.requireCurrent();
        return commits.commit(offsets);
    }

    /** What the group has committed. */
    public Eventual<Map<TopicPartition, Result<Offsets.Committed>>> committed(Collection<TopicPartition> partitions) {
        loop.requireCurrent();
        return commits.committed(partitions);
    }

    private void add(Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> cursors.computeIfAbsent(partition, Cursor::new));
        positions.resolve();
        fetcher.plan();
    }

    // The end

    /** Commits, if it commits by itself, leaves the group, and stops. */
    public Eventual<Done> close(Duration timeout) {
        loop.requireCurrent();
        if (closed) {
            return Eventual.done();
        }
        closed = true;
        settlePoll(Result.failure(new ClientError.Closed("the consumer is closed")));
        Set<TopicPartition> owned = new TreeSet<>(cursors.keySet());
        Eventual<Done> left = commits.commitAutomatically(owned)
                .flatMap(done -> isSubscribed() && !owned.isEmpty() ? listener.revoked(owned) : Eventual.done())
                .flatMap(done -> membership != null && isSubscribed() ? membership.leave("closed") : Eventual.done());
        Eventual<Done> gone = new Eventual<>();
        cluster.within(timeout, "the coordinator does not answer", left).then(outcome -> {
            fetcher.close();
            positions.close();
            cursors.clear();
            cluster.metadata().forget(viewChanged);
            cluster.metadata().wantNothing(this);
            gone.succeed(Done.DONE);
        });
        return gone;
    }

    /** The consumer, for its commits. */
    private final class Author implements Commits.Author {

        @Override
        public Committer committer() {
            return membership != null && isSubscribed()
                    ? membership.committer()
                    : Committer.outside(
                            settings.group() == null ? "" : settings.group().id());
        }

        @Override
        public void refused(ErrorCode error, Committer who) {
            if (membership != null) {
                membership.commitRefused(error, who);
            }
        }
    }

    /** The consumer, for its membership. */
    private final class Owner implements GroupMembership.Owner {

        @Override
        public Set<String> subscription() {
            return topics;
        }

        @Override
        public Set<TopicPartition> owned() {
            return new TreeSet<>(cursors.keySet());
        }

        @Override
        public boolean isPolling() {
            return polling != null;
        }

        @Override
        public Eventual<Done> revoked(Set<TopicPartition> partitions) {
            // Nothing more of them is returned, so what was returned is all that there is to commit.
            List<Cursor> going = new ArrayList<>();
            partitions.forEach(partition -> {
                Cursor cursor = cursors.get(partition);
                if (cursor != null) {
                    cursor.paused = true;
                    going.add(cursor);
                }
            });
            return commits.commitAutomatically(partitions)
                    .flatMap(done -> listener.revoked(partitions))
                    .map(done -> {
                        going.forEach(cursor -> cursors.remove(cursor.id, cursor));
                        fetcher.plan();
                        return done;
                    });
        }

        @Override
        public Eventual<Done> assigned(Set<TopicPartition> partitions) {
            add(partitions);
            return listener.assigned(partitions);
        }

        @Override
        public Eventual<Done> lost(Set<TopicPartition> partitions) {
            cursors.keySet().removeAll(partitions);
            fetcher.plan();
            return listener.lost(partitions);
        }

        @Override
        public void wantAlso(Set<String> others) {
            topicsOfGroup = others;
            wantTopics();
        }

        @Override
        public void progressed() {
            Consumer.this.progressed();
        }
    }
}
