package dev.barnabas.client;

import dev.barnabas.client.OffsetQuestions.Committer;
import dev.barnabas.protocol.ErrorCode;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A consumer's commits, by hand and from time to time. Owned by its loop. */
final class Commits {

    private final Cluster cluster;
    private final ConsumerSettings settings;
    private final Map<TopicPartition, Cursor> cursors;
    private final Author author;
    private long lastNanos;

    /** On whose behalf. */
    interface Author {

        Committer committer();

        /** A commit was refused, which may be news about the membership. */
        void refused(ErrorCode error, Committer who);
    }

    Commits(Cluster cluster, ConsumerSettings settings, Map<TopicPartition, Cursor> cursors, Author author) {
        this.cluster = cluster;
        this.settings = settings;
        this.cursors = cursors;
        this.author = author;
        this.lastNanos = cluster.loop().clock().nanos();
    }

    /** Commits the positions of all partitions. */
    Eventual<Map<TopicPartition, Result<Done>>> commitAll() {
        return commit(positions(cursors.keySet(), false));
    }

    Eventual<Map<TopicPartition, Result<Done>>> commit(Map<TopicPartition, Offsets.Committed> offsets) {
        if (settings.group() == null) {
            return Eventual.failed(new ClientError.Invalid("a consumer without a group cannot commit"));
        }
        Committer who = author.committer();
        Map<TopicPartition, Offsets.Committed> copy = new LinkedHashMap<>(offsets);
        return cluster.ask(OffsetQuestions.commit(who, copy), copy.keySet(), timeout())
                .map(results -> {
                    results.forEach((partition, result) -> settled(partition, copy.get(partition), result, who));
                    return results;
                });
    }

    private void settled(
            TopicPartition partition, Offsets.@Nullable Committed offset, Result<Done> result, Committer who) {
        switch (result) {
            case Result.Success<Done> _ -> {
                Cursor cursor = cursors.get(partition);
                if (cursor != null && offset != null) {
                    cursor.committedOffset = offset.offset();
                }
            }
            case Result.Failure<Done>(ClientError error) -> {
                if (error instanceof ClientError.Refused(ErrorCode code, String _)) {
                    author.refused(code, who);
                }
            }
        }
    }

    /** What the group has committed. */
    Eventual<Map<TopicPartition, Result<Offsets.Committed>>> committed(Collection<TopicPartition> partitions) {
        if (settings.group() == null) {
            return Eventual.failed(new ClientError.Invalid("a consumer without a group has committed nothing"));
        }
        return cluster.askOne(
                OffsetQuestions.committed(List.copyOf(partitions), false),
                settings.group().id(),
                timeout());
    }

    /** Commits what has not been committed, if that is done automatically and it is time. */
    void commitIfDue() {
        long now = cluster.loop().clock().nanos();
        settings.autoCommit().ifPresent(interval -> {
            if (now - lastNanos >= interval.toNanos()) {
                lastNanos = now;
                commitAutomatically(cursors.keySet());
            }
        });
    }

    /** Commits what has not been committed, if that is done automatically; done when it is done, or has failed. */
    Eventual<Done> commitAutomatically(Collection<TopicPartition> partitions) {
        Map<TopicPartition, Offsets.Committed> offsets = positions(partitions, true);
        if (offsets.isEmpty() || settings.autoCommit().isEmpty() || settings.group() == null) {
            return Eventual.done();
        }
        Eventual<Done> done = new Eventual<>();
        commit(offsets).then(outcome -> done.succeed(Done.DONE));
        return done;
    }

    private Map<TopicPartition, Offsets.Committed> positions(
            Collection<TopicPartition> partitions, boolean onlyUncommitted) {
        Map<TopicPartition, Offsets.Committed> offsets = new LinkedHashMap<>();
        for (TopicPartition partition : partitions) {
            Cursor cursor = cursors.get(partition);
            if (cursor != null && cursor.position() >= 0) {
                boolean known = cursor.position() == cursor.committedOffset;
                if (!known || !onlyUncommitted) {
                    offsets.put(partition, new Offsets.Committed(cursor.position(), cursor.polledEpoch(), null));
                }
            }
        }
        return offsets;
    }

    private Duration timeout() {
        return cluster.settings().timeouts().operation();
    }
}
