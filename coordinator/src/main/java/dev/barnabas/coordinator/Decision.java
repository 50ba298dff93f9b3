package dev.barnabas.coordinator;

import java.util.List;

/**
 * What a shard makes of a request or of a timer. Nothing of it has happened yet: the {@link ShardHost} writes the
 * records, then applies them, then makes the changes, sets the timers, and answers when the records are committed. If
 * the records are refused, nothing of it ever happens.
 *
 * @param records what is to be replicated, in order; all or nothing, unless {@code divisible}
 * @param changes what changes in the memory of the leader only, after the records were applied; lost with the
 *     leadership
 * @param answers tickets that are answered now: the one of this request, and those of requests that waited for it
 * @param timers timers that start anew or are cancelled
 * @param divisible the records may be more than one batch takes; each prefix of them leaves a sound state (a mass of
 *     tombstones)
 * @param whenCommitted what is to be set off outside of the shard, once the records and all that was written before
 *     them are committed; lost with the leadership, so {@link Shard#loaded} sets off again what the state demands
 * @param <R> records
 * @param <C> changes
 * @param <T> timers
 */
public record Decision<R, C, T>(
        List<R> records,
        List<C> changes,
        List<Ticket.Answer> answers,
        List<TimerChange<T>> timers,
        boolean divisible,
        List<Runnable> whenCommitted) {

    public Decision {
        records = List.copyOf(records);
        changes = List.copyOf(changes);
        answers = List.copyOf(answers);
        timers = List.copyOf(timers);
        whenCommitted = List.copyOf(whenCommitted);
    }

    /** Sets nothing off outside of the shard. */
    public Decision(
            List<R> records,
            List<C> changes,
            List<Ticket.Answer> answers,
            List<TimerChange<T>> timers,
            boolean divisible) {
        this(records, changes, answers, timers, divisible, List.of());
    }

    /** Nothing happens. */
    public static <R, C, T> Decision<R, C, T> nothing() {
        return new Decision<>(List.of(), List.of(), List.of(), List.of(), false);
    }

    /** Nothing happens but an answer. */
    public static <R, C, T> Decision<R, C, T> answer(Ticket.Answer answer) {
        return new Decision<>(List.of(), List.of(), List.of(answer), List.of(), false);
    }
}
