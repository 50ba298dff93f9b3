package dev.barnabas.share;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.message.ReadShareGroupStateRequest.PartitionData;
import dev.barnabas.protocol.message.ReadShareGroupStateResponse;
import dev.barnabas.protocol.message.ReadShareGroupStateResponse.PartitionResult;
import java.util.List;

/**
 * A leader of a partition begins to give out its records in one group, and reads what the one before has stored
 * (KIP-932). Its epoch is stored before it is answered: from then on nobody can write who led before.
 */
record ReadState(ShareKey key, PartitionData request, Ticket<PartitionResult> ticket) implements StateOperation {

    @Override
    public Decision<StateRecord, StateChange, StateTimer> decide(ShareStateShard shard, long nowMs) {
        int epoch = request.leaderEpoch();
        if (epoch < 0) {
            return refuse(StateOutcome.invalid("The leader epoch " + epoch + " is negative."));
        }
        ShareState state = shard.state(key).orElse(null);
        if (state == null) {
            return refuse(StateOutcome.invalid("The partition has no state in this group that could be read."));
        }
        if (state.leaderEpoch() > epoch) {
            return refuse(StateOutcome.fencedByLeader(epoch, state));
        }
        if (!shard.hasPartition(key)) {
            return refuse(StateOutcome.noSuchPartition(key));
        }
        Ticket.Answer answer = ticket.with(read(state));
        if (state.leaderEpoch() == epoch) {
            return Decision.answer(answer);
        }
        StateRecord record = state.changed(
                shard.settings().updatesPerSnapshot(),
                epoch,
                state.startOffset(),
                state.deliveryCompleteCount(),
                List.of(),
                nowMs);
        return StateOperation.write(record, answer);
    }

    private PartitionResult read(ShareState state) {
        return PartitionResult.builder()
                .partition(key.partition())
                .errorMessage(null)
                .stateEpoch(state.stateEpoch())
                .startOffset(state.startOffset())
                .stateBatches(state.batches().stream()
                        .map(batch -> new ReadShareGroupStateResponse.StateBatch(
                                batch.firstOffset(), batch.lastOffset(), batch.deliveryState(), batch.deliveryCount()))
                        .toList())
                .build();
    }

    private Decision<StateRecord, StateChange, StateTimer> refuse(StateOutcome why) {
        return Decision.answer(ticket.with(refusal(key.partition(), why)));
    }

    static PartitionResult refusal(int partition, StateOutcome why) {
        return PartitionResult.builder()
                .partition(partition)
                .errorCode(why.error().code())
                .errorMessage(why.message())
                .startOffset(ShareState.NO_START)
                .build();
    }
}
