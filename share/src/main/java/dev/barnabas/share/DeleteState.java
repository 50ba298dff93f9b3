package dev.barnabas.share;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.share.StateRecord.Forgotten;

/**
 * The group coordinator has deleted a group, or its offsets of a topic: the state of the partition is forgotten
 * (KIP-932). Where nothing is stored, nothing has to be done.
 */
record DeleteState(ShareKey key, Ticket<StateOutcome> ticket) implements StateOperation {

    @Override
    public Decision<StateRecord, StateChange, StateTimer> decide(ShareStateShard shard, long nowMs) {
        if (shard.state(key).isPresent()) {
            return StateOperation.write(new Forgotten(key), ticket.with(StateOutcome.DONE));
        }
        return Decision.answer(
                ticket.with(shard.hasPartition(key) ? StateOutcome.DONE : StateOutcome.noSuchPartition(key)));
    }
}
