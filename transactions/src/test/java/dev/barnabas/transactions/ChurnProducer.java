package dev.barnabas.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest.AddPartitionsToTxnTopic;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction;
import dev.barnabas.protocol.message.EndTxnRequest;
import dev.barnabas.protocol.message.InitProducerIdRequest;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * A producer that begins, writes, commits and aborts at random; answers are lost, and then it asks again or begins
 * anew. Two producers of the same transactional id fence each other.
 */
final class ChurnProducer {
    private final TestCoordinator coordinator;
    private final ChurnChecks checks;
    private final SplittableRandom random;
    private final String id;
    /** The newest versions, or those of a client before KIP-890. */
    private final boolean epochPerTransaction;

    private long producerId = -1;
    private short epoch = -1;
    private State state = State.NEW;
    private boolean committing;
    /** Answers to earlier requests are lost. */
    private int request;

    private boolean waits;
    private int completed;

    private enum State {
        NEW,
        READY,
        IN_TRANSACTION,
        ENDING
    }

    ChurnProducer(
            TestCoordinator coordinator,
            ChurnChecks checks,
            SplittableRandom random,
            String id,
            boolean epochPerTransaction) {
        this.coordinator = coordinator;
        this.checks = checks;
        this.random = random;
        this.id = id;
        this.epochPerTransaction = epochPerTransaction;
    }

    /** How many transactions it has ended. */
    int completed() {
        return completed;
    }

    /** Does what comes next, unless it waits for an answer. */
    void step() {
        if (waits) {
            return;
        }
        switch (state) {
            case NEW -> init(false);
            case READY -> {
                if (epochPerTransaction && random.nextInt(20) == 0) {
                    end(false);
                } else {
                    add();
                }
            }
            case IN_TRANSACTION -> {
                if (random.nextBoolean()) {
                    add();
                } else {
                    end(random.nextInt(3) > 0);
                }
            }
            case ENDING -> end(committing);
        }
    }

    /** It does not get the answer that it waits for. */
    void lose() {
        if (waits) {
            waits = false;
            request++;
            if (state == State.NEW) {
                producerId = -1;
            }
        }
    }

    /** Another process takes over. */
    void restart() {
        waits = false;
        request++;
        state = State.NEW;
    }

    /** It goes on after an error (KIP-360). */
    void recover() {
        if (!waits && producerId >= 0) {
            init(true);
        }
    }

    private void init(boolean goesOn) {
        InitProducerIdRequest init = InitProducerIdRequest.builder()
                .transactionalId(id)
                .transactionTimeoutMs(20_000)
                .producerId(goesOn ? producerId : -1)
                .producerEpoch(goesOn ? epoch : -1)
                .build();
        long sentId = producerId;
        short sentEpoch = epoch;
        ChurnChecks.Sent sent = checks.sent(id);
        this.<dev.barnabas.protocol.message.InitProducerIdResponse>ask(
                then -> coordinator
                        .coordinator()
                        .initProducerId(init, epochPerTransaction ? 5 : 4, coordinator.loop(), answer -> {
                            if (answer.errorCode() == 0) {
                                boolean again = checks.wasGiven(id, answer.producerId(), answer.producerEpoch());
                                if (goesOn && !again) {
                                    checks.accepted(sent, sentId, sentEpoch);
                                }
                                checks.given(id, answer.producerId(), answer.producerEpoch());
                            }
                            then.accept(answer);
                        }),
                answer -> {
                    if (answer.errorCode() == 0) {
                        producerId = answer.producerId();
                        epoch = answer.producerEpoch();
                        state = State.READY;
                    } else {
                        refused(answer.errorCode());
                    }
                });
    }

    private void add() {
        List<AddPartitionsToTxnTopic> topics =
                List.of(new AddPartitionsToTxnTopic("t", List.of(random.nextInt(4), random.nextInt(4))));
        boolean asBroker = epochPerTransaction;
        AddPartitionsToTxnRequest add = asBroker
                ? AddPartitionsToTxnRequest.builder()
                        .transactions(List.of(new AddPartitionsToTxnTransaction(id, producerId, epoch, false, topics)))
                        .build()
                : AddPartitionsToTxnRequest.builder()
                        .v3AndBelowTransactionalId(id)
                        .v3AndBelowProducerId(producerId)
                        .v3AndBelowProducerEpoch(epoch)
                        .v3AndBelowTopics(topics)
                        .build();
        long sentId = producerId;
        short sentEpoch = epoch;
        ChurnChecks.Sent sent = checks.sent(id);
        this.<Short>ask(
                then -> coordinator.coordinator().addPartitions(add, asBroker ? 5 : 3, coordinator.loop(), answer -> {
                    short error = (asBroker
                                    ? answer.resultsByTransaction().getFirst().topicResults()
                                    : answer.resultsByTopicV3AndBelow())
                            .getFirst()
                            .resultsByPartition()
                            .getFirst()
                            .partitionErrorCode();
                    if (error == 0) {
                        checks.accepted(sent, sentId, sentEpoch);
                    }
                    then.accept(error);
                }),
                error -> {
                    if (error == 0) {
                        state = State.IN_TRANSACTION;
                    } else {
                        refused(error);
                    }
                });
    }

    private void end(boolean committed) {
        state = State.ENDING;
        committing = committed;
        long sentId = producerId;
        short sentEpoch = epoch;
        ChurnChecks.Sent sent = checks.sent(id);
        this.<dev.barnabas.protocol.message.EndTxnResponse>ask(
                then -> coordinator
                        .coordinator()
                        .endTxn(
                                new EndTxnRequest(id, producerId, epoch, committed),
                                epochPerTransaction ? 5 : 4,
                                coordinator.loop(),
                                answer -> {
                                    if (answer.errorCode() == 0) {
                                        checks.accepted(sent, sentId, sentEpoch);
                                        checks.ended(id, sentId, sentEpoch, epochPerTransaction, committed);
                                    }
                                    then.accept(answer);
                                }),
                answer -> {
                    if (answer.errorCode() != 0) {
                        refused(answer.errorCode());
                        return;
                    }
                    completed++;
                    state = State.READY;
                    assertThat(answer.producerId()).isNotNegative();
                    if (epochPerTransaction) {
                        producerId = answer.producerId();
                        epoch = answer.producerEpoch();
                    }
                });
    }

    private void refused(short code) {
        switch (ErrorCode.forCode(code)) {
            case CONCURRENT_TRANSACTIONS, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR -> {}
            case PRODUCER_FENCED, INVALID_PRODUCER_EPOCH, INVALID_PRODUCER_ID_MAPPING, INVALID_TXN_STATE -> restart();
            default -> throw new AssertionError("unexpected: " + ErrorCode.forCode(code));
        }
    }

    private <A> void ask(Consumer<Consumer<A>> asking, Consumer<A> then) {
        waits = true;
        int mine = ++request;
        Loop loop = coordinator.loop();
        asking.accept(answer -> {
            assertThat(loop.isCurrent()).isTrue();
            if (mine == request) {
                waits = false;
                then.accept(answer);
            }
        });
    }
}
