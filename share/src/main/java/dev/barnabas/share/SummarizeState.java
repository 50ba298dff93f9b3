package dev.barnabas.share;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.message.ReadShareGroupStateSummaryResponse.PartitionResult;

/**
 * How far a group has come in a partition, for whoever describes its offsets (KIP-932). Nobody is fenced by it. Where
 * nothing is stored, the start offset is -1.
 *
 * <ul>
 *   <li>Version 1 (KIP-1226) tells how many records behind the start offset are settled.
 * </ul>
 */
record SummarizeState(ShareKey key, Ticket<PartitionResult> ticket) implements StateOperation {

    @Override
    public Decision<StateRecord, StateChange, StateTimer> decide(ShareStateShard shard, long nowMs) {
        if (!shard.hasPartition(key)) {
            return Decision.answer(ticket.with(refusal(key.partition(), StateOutcome.noSuchPartition(key))));
        }
        return Decision.answer(ticket.with(
                shard.state(key).map(this::summary).orElseGet(() -> refusal(key.partition(), StateOutcome.DONE))));
    }

    private PartitionResult summary(ShareState state) {
        return PartitionResult.builder()
                .partition(key.partition())
                .errorMessage(null)
                .stateEpoch(state.stateEpoch())
                .leaderEpoch(state.leaderEpoch())
                .startOffset(state.startOffset())
                .deliveryCompleteCount(state.deliveryCompleteCount())
                .build();
    }

    static PartitionResult refusal(int partition, StateOutcome why) {
        return PartitionResult.builder()
                .partition(partition)
                .errorCode(why.error().code())
                .errorMessage(why.message())
                .startOffset(ShareState.NO_START)
                .deliveryCompleteCount(ShareState.UNKNOWN_COUNT)
                .build();
    }
}
