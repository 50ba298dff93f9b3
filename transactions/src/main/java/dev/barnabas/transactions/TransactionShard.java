package dev.barnabas.transactions;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Shard;
import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.coordinator.TimerChange;
import dev.barnabas.transactions.TransactionChange.GoesOn;
import dev.barnabas.transactions.TransactionChange.LastEpoch;
import dev.barnabas.transactions.TransactionChange.Settled;
import dev.barnabas.transactions.TransactionChange.Waits;
import dev.barnabas.transactions.TransactionRecord.Forgotten;
import dev.barnabas.transactions.TransactionRecord.Stored;
import dev.barnabas.transactions.TransactionTimer.Overdue;
import dev.barnabas.transactions.TransactionTimer.Sweep;
import dev.barnabas.transactions.TransactionTimer.Unused;
import dev.barnabas.transactions.TransactionTimer.WaitEnd;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntSupplier;

/**
 * The transactional ids that one partition of {@code __transaction_state} stores. Owned by the loop of the partition.
 *
 * <p>What it can be asked is a {@link TransactionOperation} each ({@link InitProducerId}, {@link EndTxn}, ...), which
 * reads the state here and decides. Everything that matters is in the records; what only the leader knows is which
 * partitions of an ending transaction are settled (otherwise they are told again), which epoch a producer had before,
 * and who waits. The key of each is its transactional id; they do not touch each other.
 */
final class TransactionShard implements Shard<TransactionRecord, TransactionChange, TransactionTimer> {
    private final TransactionSettings settings;
    private final IntSupplier transactionVersion;
    private final Endings endings;
    private final Map<String, Transaction> transactions = new TreeMap<>();
    private final Map<String, Short> lastEpochs = new HashMap<>();
    /** Of the transactions that are ending. */
    private final Map<String, NavigableSet<TopicPartition>> unsettled = new HashMap<>();
    /** For the transaction to end. */
    private final Map<String, List<AddPartitions>> waiting = new HashMap<>();

    private TransactionCounters counters = new TransactionCounters();
    private boolean isLoaded;

    /**
     * @param transactionVersion the finalized level of {@code transaction.version}
     * @param endings what follows the decisions of this leadership
     */
    TransactionShard(TransactionSettings settings, IntSupplier transactionVersion, Endings endings) {
        this.settings = settings;
        this.transactionVersion = transactionVersion;
        this.endings = endings;
    }

    TransactionShard counting(TransactionCounters counted) {
        counters = counted;
        return this;
    }

    TransactionSettings settings() {
        return settings;
    }

    int transactionVersion() {
        return transactionVersion.getAsInt();
    }

    Endings endings() {
        return endings;
    }

    Optional<Transaction> transaction(String id) {
        return Optional.ofNullable(transactions.get(id));
    }

    /** In the order of their ids. */
    Collection<Transaction> transactions() {
        return Collections.unmodifiableCollection(transactions.values());
    }

    /** The epoch that the producer may not have got the successor of; -1: none. */
    short lastEpoch(String id) {
        return lastEpochs.getOrDefault(id, Transaction.NO_EPOCH);
    }

    /** The partitions that do not know yet how the transaction ends; none if it is not ending. */
    NavigableSet<TopicPartition> unsettled(String id) {
        return Collections.unmodifiableNavigableSet(unsettled.getOrDefault(id, Collections.emptyNavigableSet()));
    }

    /** Who waits for the transaction to end, in order. */
    List<AddPartitions> waiting(String id) {
        return Collections.unmodifiableList(waiting.getOrDefault(id, List.of()));
    }

    /** A transaction as it is stored from now on, in the format that the cluster has agreed on. */
    Stored stored(Transaction transaction) {
        return transactionVersion() >= 1
                ? new Stored(transaction, TransactionRecords.TAGGED_FORMAT)
                : new Stored(transaction.inFirstFormat(), TransactionRecords.FIRST_FORMAT);
    }

    /** Decides how a transaction ends. Its partitions are told when that is committed, and not before. */
    Decision<TransactionRecord, TransactionChange, TransactionTimer> end(
            Transaction ending, short lastEpoch, Ticket.Answer answer) {
        Stored stored = stored(ending);
        return new Decision<>(
                List.of(stored),
                List.of(new LastEpoch(ending.id(), lastEpoch)),
                List.of(answer),
                List.of(),
                false,
                List.of(() -> endings.begin(stored.transaction())));
    }

    @Override
    public void apply(TransactionRecord record) {
        switch (record) {
            case Stored stored -> {
                Transaction transaction = stored.transaction();
                Transaction before = transactions.put(transaction.id(), transaction);
                if (isLoaded && (before == null || before.status() != transaction.status())) {
                    count(transaction.status());
                }
                if (transaction.status().isEnding()) {
                    unsettled.put(transaction.id(), new TreeSet<>(transaction.partitions()));
                } else {
                    unsettled.remove(transaction.id());
                }
            }
            case Forgotten(String id) -> {
                transactions.remove(id);
                unsettled.remove(id);
                lastEpochs.remove(id);
            }
        }
    }

    private void count(Status status) {
        if (status == Status.PREPARE_COMMIT) {
            counters.committed().increment();
        } else if (status == Status.PREPARE_ABORT) {
            counters.aborted().increment();
        }
    }

    @Override
    public void change(TransactionChange change) {
        switch (change) {
            case LastEpoch(String id, short epoch) -> lastEpochs.put(id, epoch);
            case Settled(String id, Collection<TopicPartition> partitions) -> {
                NavigableSet<TopicPartition> left = unsettled.get(id);
                if (left != null) {
                    left.removeAll(partitions);
                }
            }
            case Waits(AddPartitions added) ->
                waiting.computeIfAbsent(added.id(), _ -> new ArrayList<>()).add(added);
            case GoesOn(AddPartitions removed) -> {
                List<AddPartitions> all = waiting.getOrDefault(removed.id(), new ArrayList<>());
                all.removeIf(each -> each.ticket() == removed.ticket());
                if (all.isEmpty()) {
                    waiting.remove(removed.id());
                }
            }
        }
    }

    @Override
    public Decision<TransactionRecord, TransactionChange, TransactionTimer> loaded(long nowMs) {
        isLoaded = true;
        List<TimerChange<TransactionTimer>> timers = new ArrayList<>();
        List<Runnable> whenCommitted = new ArrayList<>();
        for (Transaction transaction : transactions.values()) {
            if (transaction.isOngoing()) {
                overdue(transaction, nowMs).ifPresent(timers::add);
            } else if (transaction.status().isEnding()) {
                whenCommitted.add(() -> endings.begin(transaction));
            }
        }
        timers.add(new TimerChange.Start<>(new Sweep(), settings.expiryCheckIntervalMs()));
        return new Decision<>(List.of(), List.of(), List.of(), timers, false, whenCommitted);
    }

    /** The timer of an ongoing transaction; none if it may take as long as it wants. */
    static Optional<TimerChange<TransactionTimer>> overdue(Transaction transaction, long nowMs) {
        return transaction.timeoutMs() == Transaction.NO_TIMEOUT
                ? Optional.empty()
                : Optional.of(new TimerChange.Start<>(
                        new Overdue(transaction.id()), Math.max(0, transaction.deadlineMs() - nowMs)));
    }

    @Override
    public Decision<TransactionRecord, TransactionChange, TransactionTimer> expired(
            TransactionTimer timer, long nowMs) {
        return switch (timer) {
            case Overdue(String id) -> Expiry.overdue(this, id, nowMs);
            case Sweep _ -> Expiry.sweep(this, nowMs);
            case Unused(String id) -> Expiry.unused(this, id, nowMs);
            case WaitEnd(String id) -> AddPartitions.waitEnded(this, id, nowMs);
        };
    }

    @Override
    public Optional<String> keyOf(TransactionTimer timer) {
        return switch (timer) {
            case Overdue(String id) -> Optional.of(id);
            case Sweep _ -> Optional.empty();
            case Unused(String id) -> Optional.of(id);
            case WaitEnd(String id) -> Optional.of(id);
        };
    }

    @Override
    public ShardRecord encode(TransactionRecord record) {
        return TransactionRecords.encode(record);
    }

    @Override
    public Optional<TransactionRecord> decode(ShardRecord record) {
        return TransactionRecords.decode(record);
    }

    @Override
    public void close() {
        endings.close();
    }
}
