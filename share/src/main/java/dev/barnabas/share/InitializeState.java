package dev.barnabas.share;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.message.InitializeShareGroupStateRequest.PartitionData;
import dev.barnabas.share.StateRecord.Snapshot;
import java.util.List;
import java.util.Optional;

/**
 * The group coordinator begins the state of a partition in a group, or begins it anew with a higher state epoch, when
 * it alters offsets (KIP-932). The same again changes nothing, so that it can be asked twice: in Kafka what was settled
 * meanwhile would be forgotten.
 */
record InitializeState(ShareKey key, PartitionData request, Ticket<StateOutcome> ticket) implements StateOperation {
    private static final long LEAST_START = ShareState.NO_START;

    @Override
    public Decision<StateRecord, StateChange, StateTimer> decide(ShareStateShard shard, long nowMs) {
        int epoch = request.stateEpoch();
        if (epoch < 0) {
            return answer(StateOutcome.invalid("The state epoch " + epoch + " is negative."));
        }
        if (request.startOffset() < LEAST_START) {
            return answer(StateOutcome.invalid("There is no offset " + request.startOffset() + "."));
        }
        Optional<ShareState> existing = shard.state(key);
        if (existing.isPresent() && existing.get().stateEpoch() > epoch) {
            return answer(StateOutcome.fencedByState(epoch, existing.get()));
        }
        if (!shard.hasPartition(key)) {
            return answer(StateOutcome.noSuchPartition(key));
        }
        if (existing.isEmpty()) {
            return StateOperation.write(first(nowMs), ticket.with(StateOutcome.DONE));
        }
        ShareState state = existing.get();
        boolean begunAlready = state.stateEpoch() == epoch
                && (request.startOffset() == ShareState.NO_START || request.startOffset() == state.startOffset());
        return begunAlready
                ? answer(StateOutcome.DONE)
                : StateOperation.write(
                        state.begun(epoch, request.startOffset(), nowMs), ticket.with(StateOutcome.DONE));
    }

    private Snapshot first(long nowMs) {
        long start = request.startOffset();
        int count = start == ShareState.NO_START ? ShareState.UNKNOWN_COUNT : 0;
        return new Snapshot(key, 0, request.stateEpoch(), 0, start, count, nowMs, nowMs, List.of());
    }

    private Decision<StateRecord, StateChange, StateTimer> answer(StateOutcome outcome) {
        return Decision.answer(ticket.with(outcome));
    }
}
