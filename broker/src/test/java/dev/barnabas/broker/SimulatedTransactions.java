package dev.barnabas.broker;

import dev.barnabas.broker.TransactionWorkload.Attempt;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;
import dev.barnabas.peer.Answer;
import dev.barnabas.peer.Call;
import dev.barnabas.peer.Peer;
import dev.barnabas.peer.PeerFault;
import dev.barnabas.peer.PeerListener;
import dev.barnabas.peer.PeerSettings;
import dev.barnabas.peer.Reply;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest.AddPartitionsToTxnTopic;
import dev.barnabas.protocol.message.AddPartitionsToTxnResponse;
import dev.barnabas.protocol.message.EndTxnRequest;
import dev.barnabas.protocol.message.EndTxnResponse;
import dev.barnabas.protocol.message.FindCoordinatorRequest;
import dev.barnabas.protocol.message.FindCoordinatorResponse;
import dev.barnabas.protocol.message.InitProducerIdRequest;
import dev.barnabas.protocol.message.InitProducerIdResponse;
import dev.barnabas.protocol.message.MetadataRequest;
import dev.barnabas.protocol.message.MetadataResponse;
import dev.barnabas.protocol.message.ProduceRequest;
import dev.barnabas.protocol.message.ProduceRequest.PartitionProduceData;
import dev.barnabas.protocol.message.ProduceRequest.TopicProduceData;
import dev.barnabas.protocol.message.ProduceResponse;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.SimulatedHost;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A transactional producer on a machine of its own, request by request: it writes, commits or aborts, asks again what
 * was not answered, and begins anew when it is fenced or does not know what has become of a record.
 */
final class SimulatedTransactions {

    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final int TRANSACTION_TIMEOUT_MS = 10_000;
    private static final int MOST_TRIES = 15;
    private static final PeerSettings PEER =
            new PeerSettings("transactions", "test", "1", PATIENCE, PATIENCE, 5, 100 << 20);

    private final Dice dice;
    private final SimulatedHost host;
    private final Loop loop;
    private final List<Endpoint> bootstrap;
    private final String id;
    /** Version 2 of transactions; else 1. */
    private final boolean newest;

    private final Supplier<Attempt> attempts;
    private final Map<Endpoint, Peer> peers = new HashMap<>();
    private final Map<Integer, Integer> sequences = new HashMap<>();
    private final Map<Integer, Endpoint> leaders = new HashMap<>();
    private Uuid topicId = Uuid.ZERO;
    private @Nullable Endpoint coordinator;
    private long producerId = -1;
    private short epoch = -1;
    private boolean stopping;
    private boolean stopped;

    SimulatedTransactions(
            Dice dice,
            SimulatedHost host,
            List<Endpoint> bootstrap,
            String id,
            boolean newest,
            Supplier<Attempt> attempts) {
        this.dice = dice;
        this.host = host;
        this.loop = host.loops().getFirst();
        this.bootstrap = bootstrap;
        this.id = id;
        this.newest = newest;
        this.attempts = attempts;
    }

    void start() {
        loop.execute(this::init);
    }

    /** Ends with the transaction that is under way. */
    void stop() {
        stopping = true;
    }

    boolean isStopped() {
        return stopped;
    }

    private void later(Runnable task) {
        loop.schedule(Duration.ofMillis(dice.magnitude(20, 500)), task);
    }

    private void init() {
        if (stopping) {
            stopped = true;
            return;
        }
        if (coordinator == null) {
            findCoordinator(this::init);
            return;
        }
        InitProducerIdRequest request = InitProducerIdRequest.builder()
                .transactionalId(id)
                .transactionTimeoutMs(TRANSACTION_TIMEOUT_MS)
                .producerId(-1)
                .producerEpoch((short) -1)
                .build();
        ask(coordinator, request, newest ? 5 : 4, InitProducerIdResponse.class, answer -> {
            if (answer != null && answer.errorCode() == ErrorCode.NONE.code()) {
                producerId = answer.producerId();
                epoch = answer.producerEpoch();
                sequences.clear();
                begin();
                return;
            }
            moved(answer == null ? null : ErrorCode.forCode(answer.errorCode()));
            later(this::init);
        });
    }

    private void begin() {
        if (stopping) {
            stopped = true;
            return;
        }
        later(() -> {
            Attempt attempt = attempts.get();
            if (newest) {
                write(attempt, 0, 0);
            } else {
                add(attempt, 0);
            }
        });
    }

    /** As clients of version 1 do. */
    private void add(Attempt attempt, int tries) {
        if (leaders.isEmpty()) {
            // That makes the topic.
            refresh(() -> add(attempt, tries));
            return;
        }
        if (coordinator == null) {
            findCoordinator(() -> add(attempt, tries));
            return;
        }
        AddPartitionsToTxnRequest request = AddPartitionsToTxnRequest.builder()
                .v3AndBelowTransactionalId(id)
                .v3AndBelowProducerId(producerId)
                .v3AndBelowProducerEpoch(epoch)
                .v3AndBelowTopics(List.of(new AddPartitionsToTxnTopic(TransactionWorkload.TOPIC, attempt.partitions)))
                .build();
        ask(coordinator, request, 3, AddPartitionsToTxnResponse.class, answer -> {
            ErrorCode error = answer == null
                    ? null
                    : ErrorCode.forCode(answer.resultsByTopicV3AndBelow()
                            .getFirst()
                            .resultsByPartition()
                            .getFirst()
                            .partitionErrorCode());
            if (error == ErrorCode.NONE) {
                write(attempt, 0, 0);
            } else if (isPassing(error) && tries < MOST_TRIES) {
                moved(error);
                later(() -> add(attempt, tries + 1));
            } else {
                later(this::init);
            }
        });
    }

    /** Writes to one partition after the other. */
    private void write(Attempt attempt, int index, int tries) {
        if (index == attempt.partitions.size()) {
            if (dice.chance(0.05)) {
                // It forgets about it, like one that crashes; the next one with the same id aborts it.
                later(this::init);
            } else {
                end(attempt, dice.chance(0.7), 0);
            }
            return;
        }
        int partition = attempt.partitions.get(index);
        Endpoint leader = leaders.get(partition);
        if (leader == null) {
            refresh(() -> {
                if (tries < MOST_TRIES) {
                    write(attempt, index, tries + 1);
                } else {
                    giveUp(attempt);
                }
            });
            return;
        }
        ask(leader, produce(attempt, partition), newest ? 13 : 11, ProduceResponse.class, answer -> {
            ErrorCode error = answer == null
                    ? null
                    : ErrorCode.forCode(answer.responses()
                            .getFirst()
                            .partitionResponses()
                            .getFirst()
                            .errorCode());
            if (error == ErrorCode.NONE || error == ErrorCode.DUPLICATE_SEQUENCE_NUMBER) {
                sequences.merge(partition, 1, Integer::sum);
                write(attempt, index + 1, 0);
            } else if (isPassing(error) && tries < MOST_TRIES) {
                leaders.clear();
                later(() -> write(attempt, index, tries + 1));
            } else {
                giveUp(attempt);
            }
        });
    }

    /** What was not answered may be there or not: only in another epoch can it go on. */
    private void giveUp(Attempt attempt) {
        if (newest) {
            end(attempt, false, 0);
        } else {
            later(this::init);
        }
    }

    private ProduceRequest produce(Attempt attempt, int partition) {
        RecordBatchBuilder batch = new RecordBatchBuilder(1 << 16)
                .producer(producerId, epoch, sequences.getOrDefault(partition, 0))
                .transactional(true);
        batch.append(host.clock().wallMs(), (byte[]) null, attempt.name.getBytes(StandardCharsets.UTF_8), List.of());
        ByteBuffer bytes = batch.build();
        return ProduceRequest.builder()
                .transactionalId(id)
                .acks((short) -1)
                .timeoutMs((int) PATIENCE.toMillis())
                .topicData(List.of(TopicProduceData.builder()
                        .name(newest ? "" : TransactionWorkload.TOPIC)
                        .topicId(newest ? topicId : Uuid.ZERO)
                        .partitionData(List.of(PartitionProduceData.builder()
                                .index(partition)
                                .records(new MemoryRecords(bytes))
                                .build()))
                        .build()))
                .build();
    }

    private void end(Attempt attempt, boolean committed, int tries) {
        if (coordinator == null) {
            findCoordinator(() -> end(attempt, committed, tries));
            return;
        }
        if (committed) {
            attempt.asksToCommit();
        }
        EndTxnRequest request = new EndTxnRequest(id, producerId, epoch, committed);
        ask(coordinator, request, newest ? 5 : 4, EndTxnResponse.class, answer -> {
            ErrorCode error = answer == null ? null : ErrorCode.forCode(answer.errorCode());
            if (answer != null && error == ErrorCode.NONE) {
                if (committed) {
                    attempt.committed();
                }
                if (newest) {
                    producerId = answer.producerId();
                    epoch = answer.producerEpoch();
                    sequences.clear();
                }
                begin();
            } else if (isPassing(error) && tries < 4 * MOST_TRIES) {
                moved(error);
                later(() -> end(attempt, committed, tries + 1));
            } else {
                later(this::init);
            }
        });
    }

    private void findCoordinator(Runnable then) {
        FindCoordinatorRequest request = FindCoordinatorRequest.builder()
                .keyType((byte) 1)
                .coordinatorKeys(List.of(id))
                .build();
        ask(dice.pick(bootstrap), request, 4, FindCoordinatorResponse.class, answer -> {
            if (answer != null && answer.coordinators().getFirst().errorCode() == 0) {
                FindCoordinatorResponse.Coordinator found =
                        answer.coordinators().getFirst();
                coordinator = new Endpoint(found.host(), found.port());
            }
            later(then);
        });
    }

    private void refresh(Runnable then) {
        MetadataRequest request = MetadataRequest.builder()
                .topics(List.of(MetadataRequest.MetadataRequestTopic.builder()
                        .name(TransactionWorkload.TOPIC)
                        .build()))
                .allowAutoTopicCreation(true)
                .build();
        ask(dice.pick(bootstrap), request, 12, MetadataResponse.class, answer -> {
            if (answer != null && !answer.topics().isEmpty()) {
                Map<Integer, Endpoint> brokers = new HashMap<>();
                answer.brokers()
                        .forEach(broker -> brokers.put(broker.nodeId(), new Endpoint(broker.host(), broker.port())));
                MetadataResponse.MetadataResponseTopic topic = answer.topics().getFirst();
                topicId = topic.topicId();
                topic.partitions().forEach(partition -> {
                    Endpoint leader = brokers.get(partition.leaderId());
                    if (leader != null) {
                        leaders.put(partition.partitionIndex(), leader);
                    }
                });
            }
            later(then);
        });
    }

    /** Whether to ask again, perhaps somebody else; no answer at all is one of these cases. */
    private static boolean isPassing(@Nullable ErrorCode error) {
        return error == null
                || error.retriable()
                || error == ErrorCode.REQUEST_TIMED_OUT
                || error == ErrorCode.CONCURRENT_TRANSACTIONS;
    }

    private void moved(@Nullable ErrorCode error) {
        if (error != ErrorCode.CONCURRENT_TRANSACTIONS) {
            coordinator = null;
        }
    }

    /** @param then gets null if there is no answer */
    private <R extends Response> void ask(
            Endpoint node, Request request, int version, Class<R> type, Consumer<@Nullable R> then) {
        Peer peer = peers.get(node);
        if (peer == null || peer.isClosed()) {
            peer = Peer.open(host.network(), loop, node, PEER, new PeerListener() {
                @Override
                public void opened() {}

                @Override
                public void closed(PeerFault fault) {}
            });
            peers.put(node, peer);
        }
        peer.send(
                new Call<Response>(
                        request.apiKey(),
                        version,
                        version,
                        _ -> request,
                        (in, inVersion) -> request.apiKey().readResponse(in, inVersion),
                        false),
                PATIENCE,
                new Reply<>() {
                    @Override
                    public void answered(Answer<Response> answer) {
                        then.accept(type.cast(answer.response()));
                    }

                    @Override
                    public void failed(PeerFault fault) {
                        then.accept(null);
                    }
                });
    }
}
