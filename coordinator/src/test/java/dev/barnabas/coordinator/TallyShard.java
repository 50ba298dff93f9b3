package dev.barnabas.coordinator;

import dev.barnabas.coordinator.TallyShard.Added;
import dev.barnabas.coordinator.TallyShard.Reminder;
import dev.barnabas.coordinator.TallyShard.Seen;
import dev.barnabas.protocol.MalformedMessageException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The simplest shard: sums by name. A name that starts with {@code bad} cannot be decoded, one with {@code new} is
 * unknown.
 */
final class TallyShard implements Shard<Added, Seen, Reminder> {
    final Map<String, Integer> sums = new TreeMap<>();
    final Map<String, Integer> seen = new TreeMap<>();
    final Map<Long, Map<String, Integer>> pending = new TreeMap<>();
    int reminders;
    boolean closed;

    /**
     * What is replicated.
     *
     * @param producer in whose transaction it is, or null
     */
    record Added(String name, int amount, @Nullable ProducerInTransaction producer) {
        Added(String name, int amount) {
            this(name, amount, null);
        }
    }

    /** What only the leader knows: how many requests there were. */
    record Seen(String name) {}

    /** When it goes off, one is added. */
    record Reminder(String name) {}

    Decision<Added, Seen, Reminder> add(String name, int amount, Ticket<String> ticket) {
        int sum = sums.getOrDefault(name, 0) + amount;
        return new Decision<>(
                List.of(new Added(name, amount)),
                List.of(new Seen(name)),
                List.of(ticket.with(name + "=" + sum)),
                List.of(new TimerChange.Start<>(new Reminder(name), 1_000)),
                false);
    }

    Decision<Added, Seen, Reminder> addAndSetOff(String name, int amount, Ticket<String> ticket, Runnable setOff) {
        Decision<Added, Seen, Reminder> adding = add(name, amount, ticket);
        return new Decision<>(adding.records(), adding.changes(), adding.answers(), List.of(), false, List.of(setOff));
    }

    Decision<Added, Seen, Reminder> get(String name, Ticket<String> ticket) {
        return Decision.answer(ticket.with(name + "=" + sums.getOrDefault(name, 0)));
    }

    Decision<Added, Seen, Reminder> addMany(List<Added> many, boolean divisible, Ticket<String> ticket) {
        return new Decision<>(many, List.of(), List.of(ticket.with("added " + many.size())), List.of(), divisible);
    }

    @Override
    public void apply(Added record) {
        ProducerInTransaction producer = record.producer();
        if (producer == null) {
            sums.merge(record.name(), record.amount(), Integer::sum);
        } else {
            pending.computeIfAbsent(producer.producerId(), _ -> new TreeMap<>())
                    .merge(record.name(), record.amount(), Integer::sum);
        }
    }

    @Override
    public void transactionEnded(TransactionEnd end) {
        Map<String, Integer> ended = pending.remove(end.producerId());
        if (ended != null && end.committed()) {
            ended.forEach((name, amount) -> sums.merge(name, amount, Integer::sum));
        }
    }

    @Override
    public void change(Seen change) {
        seen.merge(change.name(), 1, Integer::sum);
    }

    @Override
    public Decision<Added, Seen, Reminder> loaded(long nowMs) {
        return new Decision<>(
                List.of(),
                List.of(),
                List.of(),
                sums.keySet().stream()
                        .<TimerChange<Reminder>>map(name -> new TimerChange.Start<>(new Reminder(name), 1_000))
                        .toList(),
                false);
    }

    @Override
    public Decision<Added, Seen, Reminder> expired(Reminder timer, long nowMs) {
        reminders++;
        return new Decision<>(List.of(new Added(timer.name(), 1)), List.of(), List.of(), List.of(), false);
    }

    @Override
    public Optional<String> keyOf(Reminder timer) {
        return Optional.of(timer.name());
    }

    @Override
    public ShardRecord encode(Added record) {
        return new ShardRecord(
                ByteBuffer.wrap(record.name().getBytes(StandardCharsets.UTF_8)),
                ByteBuffer.allocate(Integer.BYTES).putInt(0, record.amount()),
                record.producer());
    }

    @Override
    public Optional<Added> decode(ShardRecord record) {
        String name = StandardCharsets.UTF_8.decode(record.key().duplicate()).toString();
        ByteBuffer value = record.value();
        if (name.startsWith("bad") || value == null) {
            throw new MalformedMessageException("a bad name");
        }
        return name.startsWith("new")
                ? Optional.empty()
                : Optional.of(new Added(name, value.getInt(0), record.producer()));
    }

    @Override
    public void close() {
        closed = true;
    }
}
