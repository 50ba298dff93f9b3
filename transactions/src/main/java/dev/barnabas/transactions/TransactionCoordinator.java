package dev.barnabas.transactions;

import dev.barnabas.coordinator.AppendErrors;
import dev.barnabas.coordinator.Gather;
import dev.barnabas.coordinator.ShardCounts;
import dev.barnabas.coordinator.ShardHost;
import dev.barnabas.coordinator.ShardLog;
import dev.barnabas.coordinator.Shards;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.AddOffsetsToTxnRequest;
import dev.barnabas.protocol.message.AddOffsetsToTxnResponse;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest;
import dev.barnabas.protocol.message.AddPartitionsToTxnResponse;
import dev.barnabas.protocol.message.AddPartitionsToTxnResponse.AddPartitionsToTxnResult;
import dev.barnabas.protocol.message.DescribeTransactionsRequest;
import dev.barnabas.protocol.message.DescribeTransactionsResponse;
import dev.barnabas.protocol.message.DescribeTransactionsResponse.TransactionState;
import dev.barnabas.protocol.message.EndTxnRequest;
import dev.barnabas.protocol.message.EndTxnResponse;
import dev.barnabas.protocol.message.InitProducerIdRequest;
import dev.barnabas.protocol.message.InitProducerIdResponse;
import dev.barnabas.protocol.message.ListTransactionsRequest;
import dev.barnabas.protocol.message.ListTransactionsResponse;
import dev.barnabas.transactions.Outcome.Answered;
import dev.barnabas.transactions.Outcome.ProducerIdNeeded;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Predicate;

/**
 * The transaction coordinator of this node: what the broker calls. It checks what needs no transaction, finds the shard
 * that keeps the transactional id, on whatever loop that is, and brings the answer back to the loop of the caller.
 *
 * <p>Each method returns before it is answered; the answer comes once, on the loop that is given, and has the shape of
 * the version that the caller speaks. Authorisation and throttling are the broker's.
 */
public final class TransactionCoordinator {
    private final TransactionSettings settings;
    private final Topics topics;
    private final ProducerIdSource ids;
    private final IntSupplier transactionVersion;
    private final IntSupplier partitions;
    private final Shards<TransactionShard, TransactionRecord, TransactionChange, TransactionTimer> shards;
    private final TransactionCounters counters = new TransactionCounters();

    /**
     * @param ids for transactional ids that are new, and for those whose epochs are used up
     * @param markers brings the outcome of a transaction to the partitions it has written to
     * @param transactionVersion the finalized level of the feature {@code transaction.version}. Asked on any loop
     * @param partitions how many partitions {@code __transaction_state} has; 0 while it does not exist. Asked on any
     *     loop
     */
    public TransactionCoordinator(
            TransactionSettings settings,
            Topics topics,
            ProducerIdSource ids,
            MarkerSender markers,
            IntSupplier transactionVersion,
            IntSupplier partitions) {
        this.settings = settings;
        this.topics = topics;
        this.ids = ids;
        this.transactionVersion = transactionVersion;
        this.partitions = partitions;
        this.shards = new Shards<>(
                log -> new TransactionShard(settings, transactionVersion, new Endings(markers, new FromEndings(), log))
                        .counting(counters),
                settings.writeTimeoutMs());
    }

    /** The partition of {@code __transaction_state} whose leader coordinates a transactional id. */
    public static int partitionOf(String transactionalId, int partitions) {
        return Shards.partitionOf(transactionalId, partitions);
    }

    /** This node leads a partition of {@code __transaction_state} from now on, or in a new epoch. On its loop. */
    public void elected(int partition, ShardLog log) {
        shards.elected(partition, log);
    }

    /** This node does not lead the partition (any more). On its loop. */
    public void resigned(int partition) {
        shards.resigned(partition);
    }

    /** For a producer with a transactional id; one without is the broker's own business. */
    public void initProducerId(
            InitProducerIdRequest request, int version, Loop loop, Consumer<InitProducerIdResponse> then) {
        String id = request.transactionalId();
        if (id == null) {
            throw new IllegalArgumentException("not for producers without a transactional id");
        }
        Optional<ErrorCode> refused = InitProducerId.refusalOf(request, id, settings);
        if (refused.isPresent()) {
            then.accept(InitProducerId.refusal(refused.get()));
            return;
        }
        decideWithProducerId(
                id,
                loop,
                InitProducerId::refusal,
                response -> then.accept(InitProducerId.asVersion(response, version)),
                (ticket, newProducerId) -> new InitProducerId(id, request, newProducerId, ticket));
    }

    /**
     * Versions 0 to 3: a client adds partitions to its transaction. From version 4 on a broker does so for its clients,
     * or verifies that partitions are in a transaction.
     */
    public void addPartitions(
            AddPartitionsToTxnRequest request, int version, Loop loop, Consumer<AddPartitionsToTxnResponse> then) {
        List<PartitionsToAdd> all = PartitionsToAdd.of(request, version);
        Gather<AddPartitionsToTxnResult> gather =
                new Gather<>(all.size(), loop, results -> then.accept(PartitionsToAdd.together(results, version)));
        for (int i = 0; i < all.size(); i++) {
            PartitionsToAdd one = all.get(i);
            Consumer<AddPartitionsToTxnResult> part = gather.part(i);
            Consumer<Map<TopicPartition, ErrorCode>> answer = errors -> part.accept(one.result(errors, version));
            Optional<Map<TopicPartition, ErrorCode>> refused = one.refusal(topics, version);
            if (refused.isPresent()) {
                answer.accept(refused.get());
            } else if (one.verifyOnly()) {
                Ticket<Map<TopicPartition, ErrorCode>> ticket = ticket(one::all, answer);
                decide(one.id(), ticket, verification(one, ticket));
            } else {
                Ticket<ErrorCode> ticket = ticket(error -> error, error -> answer.accept(one.all(error)));
                short used = PartitionsToAdd.isFromBroker(version) ? Transaction.EPOCH_PER_TRANSACTION : 0;
                decide(one.id(), ticket, addition(one, used, ticket));
            }
        }
    }

    private static TransactionOperation verification(
            PartitionsToAdd one, Ticket<Map<TopicPartition, ErrorCode>> ticket) {
        return new VerifyPartitions(one.id(), one.producerId(), one.producerEpoch(), one.partitions(), ticket);
    }

    private static TransactionOperation addition(PartitionsToAdd one, short version, Ticket<ErrorCode> ticket) {
        return new AddPartitions(one.id(), one.producerId(), one.producerEpoch(), one.partitions(), version, ticket);
    }

    /** A client, in versions of transactions before 2, adds the offsets of a group to its transaction. */
    public void addOffsets(
            AddOffsetsToTxnRequest request, int version, Loop loop, Consumer<AddOffsetsToTxnResponse> then) {
        Consumer<ErrorCode> answer = error -> then.accept(AddOffsetsToTxnResponse.builder()
                .errorCode(PartitionsToAdd.asVersion(error, version).code())
                .build());
        if (request.transactionalId().isEmpty()) {
            answer.accept(ErrorCode.INVALID_REQUEST);
            return;
        }
        Ticket<ErrorCode> ticket = ticket(error -> error, onLoop(loop, answer));
        NavigableSet<TopicPartition> offsets = new TreeSet<>(List.of(topics.offsetsOf(request.groupId())));
        decide(
                request.transactionalId(),
                ticket,
                new AddPartitions(
                        request.transactionalId(),
                        request.producerId(),
                        request.producerEpoch(),
                        offsets,
                        (short) 0,
                        ticket));
    }

    public void endTxn(EndTxnRequest request, int version, Loop loop, Consumer<EndTxnResponse> then) {
        if (request.transactionalId().isEmpty()) {
            then.accept(EndTxn.refusal(ErrorCode.INVALID_REQUEST));
            return;
        }
        boolean epochPerTransaction =
                version >= EndTxn.EPOCH_PER_TRANSACTION_SINCE && transactionVersion.getAsInt() >= 1;
        decideWithProducerId(
                request.transactionalId(),
                loop,
                EndTxn::refusal,
                response -> then.accept(EndTxn.asVersion(response, version)),
                (ticket, newProducerId) -> new EndTxn(request, epochPerTransaction, newProducerId, ticket));
    }

    /** The transactional ids that this node coordinates. */
    public void list(ListTransactionsRequest request, Loop loop, Consumer<ListTransactionsResponse> then) {
        Optional<Predicate<String>> idFilter = ListTransactions.idFilter(request);
        if (idFilter.isEmpty()) {
            then.accept(ListTransactions.refusal(ErrorCode.INVALID_REGULAR_EXPRESSION));
            return;
        }
        List<ShardHost<TransactionShard, TransactionRecord, TransactionChange, TransactionTimer>> hosts =
                List.copyOf(shards.hosts());
        Gather<ListTransactionsResponse> gather =
                new Gather<>(hosts.size(), loop, answers -> then.accept(ListTransactions.together(request, answers)));
        for (int i = 0; i < hosts.size(); i++) {
            Ticket<ListTransactionsResponse> ticket = ticket(ListTransactions::refusal, gather.part(i));
            shards.read(hosts.get(i), ticket, new ListTransactions(request, idFilter.get(), ticket));
        }
    }

    /** What there is to see of the transactions that this node coordinates. */
    public void observe(Loop loop, Consumer<TransactionCensus> then) {
        List<ShardHost<TransactionShard, TransactionRecord, TransactionChange, TransactionTimer>> hosts =
                List.copyOf(shards.hosts());
        Gather<TransactionCensus> gather =
                new Gather<>(hosts.size(), loop, parts -> then.accept(TransactionCensus.together(parts)));
        for (int i = 0; i < hosts.size(); i++) {
            Ticket<TransactionCensus> ticket =
                    new Ticket<>(error -> TransactionCensus.refused(ShardCounts.refusing(error)), gather.part(i));
            shards.read(hosts.get(i), ticket, (shard, _) -> TransactionCensus.of(shard, ticket));
        }
    }

    public TransactionCounters counters() {
        return counters;
    }

    public void describe(DescribeTransactionsRequest request, Loop loop, Consumer<DescribeTransactionsResponse> then) {
        List<String> named = List.copyOf(new LinkedHashSet<>(request.transactionalIds()));
        Gather<TransactionState> gather = new Gather<>(
                named.size(),
                loop,
                states -> then.accept(DescribeTransactionsResponse.builder()
                        .transactionStates(states)
                        .build()));
        for (int i = 0; i < named.size(); i++) {
            String id = named.get(i);
            if (id.isEmpty()) {
                gather.part(i).accept(DescribeTransaction.refusal(id, ErrorCode.INVALID_REQUEST));
                continue;
            }
            Ticket<TransactionState> ticket = ticket(error -> DescribeTransaction.refusal(id, error), gather.part(i));
            decide(id, ticket, new DescribeTransaction(id, ticket));
        }
    }

    /** How the shards on this node are, for metrics and for people; each answers on its own loop. */
    Collection<ShardHost<TransactionShard, TransactionRecord, TransactionChange, TransactionTimer>> hosts() {
        return shards.hosts();
    }

    private void decide(String id, Ticket<?> ticket, TransactionOperation operation) {
        shards.decide(id, partitions.getAsInt(), ticket, operation);
    }

    /** Decides, if need be a second time with a producer id that was fetched meanwhile. */
    private <A> void decideWithProducerId(
            String id, Loop loop, Function<ErrorCode, A> refusal, Consumer<A> then, Decider<A> decider) {
        Consumer<A> answer = onLoop(loop, then);
        decide(
                id,
                decider,
                refusal,
                answer,
                Transaction.NO_ID,
                () -> ids.next(
                        loop,
                        newProducerId -> decide(id, decider, refusal, answer, newProducerId, () -> {
                            throw new IllegalStateException("asks for a producer id though it was given one: " + id);
                        }),
                        error -> answer.accept(refusal.apply(error))));
    }

    private <A> void decide(
            String id,
            Decider<A> decider,
            Function<ErrorCode, A> refusal,
            Consumer<A> answer,
            long newProducerId,
            Runnable idNeeded) {
        Ticket<Outcome<A>> ticket = ticket(error -> new Answered<>(refusal.apply(error)), outcome -> {
            switch (outcome) {
                case Answered<A>(A given) -> answer.accept(given);
                case ProducerIdNeeded<A>() -> idNeeded.run();
            }
        });
        decide(id, ticket, decider.operation(ticket, newProducerId));
    }

    private static <A> Ticket<A> ticket(Function<ErrorCode, A> refusal, Consumer<A> then) {
        return new Ticket<>(error -> refusal.apply(AppendErrors.asToldToClients(error)), then);
    }

    private static <A> Consumer<A> onLoop(Loop loop, Consumer<A> then) {
        return response -> {
            if (loop.isCurrent()) {
                then.accept(response);
            } else {
                loop.execute(() -> then.accept(response));
            }
        };
    }

    /** Makes an operation that may need a producer id. */
    private interface Decider<A> {

        TransactionOperation operation(Ticket<Outcome<A>> ticket, long newProducerId);
    }

    /** What follows from decisions comes back to the same shard: it is gone when the shard is. */
    private final class FromEndings implements Endings.Requests {

        @Override
        public void settled(Transaction ending, Collection<TopicPartition> settled, Consumer<ErrorCode> then) {
            Ticket<ErrorCode> ticket = new Ticket<>(error -> error, then);
            decide(ending.id(), ticket, new MarkersSettled(ending, settled, ticket));
        }

        @Override
        public void abort(Transaction overdue, Loop loop) {
            decideWithProducerId(
                    overdue.id(),
                    loop,
                    error -> error,
                    // If it was refused, the timer goes off again.
                    error -> {
                        if (error == ErrorCode.NONE) {
                            counters.overdue().increment();
                        }
                    },
                    (ticket, newProducerId) -> new AbortOverdue(overdue, newProducerId, ticket));
        }
    }
}
