package dev.barnabas.share;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Shard;
import dev.barnabas.coordinator.ShardLog;
import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.coordinator.TimerChange;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.share.StateChange.Pruned;
import dev.barnabas.share.StateRecord.Forgotten;
import dev.barnabas.share.StateRecord.Snapshot;
import dev.barnabas.share.StateRecord.Update;
import dev.barnabas.share.StateTimer.Forget;
import dev.barnabas.share.StateTimer.Prune;
import dev.barnabas.share.StateTimer.Renew;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The states of partitions in share groups that one partition of {@code __share_group_state} stores. Owned by the loop
 * of that partition.
 *
 * <p>What it can be asked is a {@link StateOperation} each ({@link InitializeState}, {@link ReadState}, ...), which
 * reads the state here and decides. The state is nothing but what the records say; the key of each is its
 * {@link ShareKey}, and they do not touch each other.
 */
final class ShareStateShard implements Shard<StateRecord, StateChange, StateTimer> {
    private static final int KEYS_PER_MS = 100;

    private final ShareStateSettings settings;
    private final StateTopics topics;
    private final ShardLog log;
    private final NavigableMap<ShareKey, ShareState> states = new TreeMap<>();
    private long nextOffset;
    private long prunedBefore;

    /** @param log whose beginning is given up when it does not matter any more */
    ShareStateShard(ShareStateSettings settings, StateTopics topics, ShardLog log) {
        this.settings = settings;
        this.topics = topics;
        this.log = log;
    }

    ShareStateSettings settings() {
        return settings;
    }

    Optional<ShareState> state(ShareKey key) {
        return Optional.ofNullable(states.get(key));
    }

    NavigableMap<ShareKey, ShareState> states() {
        return Collections.unmodifiableNavigableMap(states);
    }

    boolean hasPartition(ShareKey key) {
        return key.partition() >= 0 && key.partition() < topics.partitionsOf(key.topicId());
    }

    /** What is applied next is at this offset of the log, or behind it. */
    long nextOffset() {
        return nextOffset;
    }

    /** What is before it has been given up. */
    long prunedBefore() {
        return prunedBefore;
    }

    ShardLog log() {
        return log;
    }

    @Override
    public void applyingFrom(long offset) {
        nextOffset = offset;
    }

    @Override
    public void apply(StateRecord record) {
        long offset = nextOffset++;
        switch (record) {
            case Snapshot snapshot ->
                states.computeIfAbsent(snapshot.key(), ShareState::new).apply(snapshot, offset);
            case Update update -> {
                ShareState known = states.get(update.key());
                // Without its snapshot it belongs to a state that is forgotten further on in the log.
                if (known != null) {
                    known.apply(update);
                }
            }
            case Forgotten(ShareKey key) -> states.remove(key);
        }
    }

    @Override
    public void change(StateChange change) {
        prunedBefore = switch (change) {
            case Pruned(long beforeOffset) -> beforeOffset;
        };
    }

    @Override
    public Decision<StateRecord, StateChange, StateTimer> loaded(long nowMs) {
        List<TimerChange<StateTimer>> timers = new ArrayList<>(forget(topicId -> topics.partitionsOf(topicId) == 0));
        timers.add(new TimerChange.Start<>(new Prune(), settings.pruneIntervalMs()));
        return new Decision<>(List.of(), List.of(), List.of(), timers, false);
    }

    /** Topics were deleted: their states are forgotten, each by itself. */
    Decision<StateRecord, StateChange, StateTimer> topicsDeleted(Predicate<Uuid> deleted) {
        return new Decision<>(List.of(), List.of(), List.of(), forget(deleted), false);
    }

    private List<TimerChange<StateTimer>> forget(Predicate<Uuid> deleted) {
        List<TimerChange<StateTimer>> timers = new ArrayList<>();
        for (ShareKey key : states.keySet()) {
            if (deleted.test(key.topicId())) {
                // A few at a time, so that no turn of the loop takes long.
                timers.add(new TimerChange.Start<>(new Forget(key), timers.size() / KEYS_PER_MS));
            }
        }
        return timers;
    }

    @Override
    public Decision<StateRecord, StateChange, StateTimer> expired(StateTimer timer, long nowMs) {
        return switch (timer) {
            case Prune _ -> StatePruning.prune(this);
            case Renew(ShareKey key) -> only(state(key).map(state -> state.again(nowMs)));
            case Forget(ShareKey key) -> only(state(key).map(_ -> new Forgotten(key)));
        };
    }

    private static Decision<StateRecord, StateChange, StateTimer> only(Optional<? extends StateRecord> record) {
        return new Decision<>(List.copyOf(record.stream().toList()), List.of(), List.of(), List.of(), false);
    }

    @Override
    public Optional<String> keyOf(StateTimer timer) {
        return switch (timer) {
            case Prune _ -> Optional.empty();
            case Renew(ShareKey key) -> Optional.of(key.text());
            case Forget(ShareKey key) -> Optional.of(key.text());
        };
    }

    @Override
    public ShardRecord encode(StateRecord record) {
        return StateRecords.encode(record);
    }

    @Override
    public Optional<StateRecord> decode(ShardRecord record) {
        return StateRecords.decode(record);
    }
}
