package dev.barnabas.share;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Shard;
import dev.barnabas.coordinator.Ticket;
import java.util.List;

/** A request about the state of one partition in one group, as it is decided by the shard that stores it. */
interface StateOperation extends Shard.Operation<ShareStateShard, StateRecord, StateChange, StateTimer> {

    /** Writes one record, and answers when it is committed. */
    static Decision<StateRecord, StateChange, StateTimer> write(StateRecord record, Ticket.Answer answer) {
        return new Decision<>(List.of(record), List.of(), List.of(answer), List.of(), false);
    }
}
