package dev.barnabas.share;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.message.WriteShareGroupStateRequest.PartitionData;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The leader of a partition stores what has changed in one group (KIP-932): one update, or a snapshot now and then.
 * What it says of a record holds if it was delivered more often than is known, or has come further. The start offset
 * never goes back, and the leader epoch is raised by {@link ReadState} only.
 *
 * <ul>
 *   <li>Version 1 (KIP-1226) counts the records behind the start offset that are settled.
 * </ul>
 */
record WriteState(ShareKey key, PartitionData request, Ticket<StateOutcome> ticket) implements StateOperation {

    @Override
    public Decision<StateRecord, StateChange, StateTimer> decide(ShareStateShard shard, long nowMs) {
        List<StateBatch> batches = request.stateBatches().stream()
                .map(batch -> new StateBatch(
                        batch.firstOffset(), batch.lastOffset(), batch.deliveryState(), batch.deliveryCount()))
                .toList();
        Optional<ShareState> existing = shard.state(key);
        StateOutcome refused = whyNot(batches, existing.orElse(null));
        if (refused == null && !shard.hasPartition(key)) {
            refused = StateOutcome.noSuchPartition(key);
        }
        if (refused != null) {
            return Decision.answer(ticket.with(refused));
        }
        ShareState state = existing.orElseThrow();
        StateRecord record = state.changed(
                shard.settings().updatesPerSnapshot(),
                state.leaderEpoch(),
                request.startOffset(),
                request.deliveryCompleteCount(),
                batches,
                nowMs);
        return StateOperation.write(record, ticket.with(StateOutcome.DONE));
    }

    private @Nullable StateOutcome whyNot(List<StateBatch> batches, @Nullable ShareState state) {
        if (request.leaderEpoch() < 0) {
            return StateOutcome.invalid("The leader epoch " + request.leaderEpoch() + " is negative.");
        }
        if (request.stateEpoch() < 0) {
            return StateOutcome.invalid("The state epoch " + request.stateEpoch() + " is negative.");
        }
        if (request.startOffset() < ShareState.NO_START
                || request.deliveryCompleteCount() < ShareState.UNKNOWN_COUNT
                || !batches.stream().allMatch(StateBatch::isValid)) {
            return StateOutcome.invalid("There are no such offsets, or no such states of records.");
        }
        if (state == null) {
            return StateOutcome.invalid("The partition has no state in this group that could be changed.");
        }
        if (state.leaderEpoch() > request.leaderEpoch()) {
            return StateOutcome.fencedByLeader(request.leaderEpoch(), state);
        }
        return state.stateEpoch() > request.stateEpoch()
                ? StateOutcome.fencedByState(request.stateEpoch(), state)
                : null;
    }
}
