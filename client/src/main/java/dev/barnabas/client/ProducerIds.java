package dev.barnabas.client;

import dev.barnabas.client.Question.Route;
import dev.barnabas.peer.Call;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.message.InitProducerIdRequest;
import dev.barnabas.protocol.message.InitProducerIdResponse;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The identity of an idempotent producer: asked for once, and again when its epochs are used up. Owned by the producer.
 */
final class ProducerIds {

    private final Cluster cluster;
    private @Nullable ProducerIdentity current;
    private @Nullable Eventual<Done> asking;

    ProducerIds(Cluster cluster) {
        this.cluster = cluster;
    }

    Optional<ProducerIdentity> current() {
        return Optional.ofNullable(current);
    }

    /** Asks for an identity, unless that is already under way. */
    Eventual<Done> ask() {
        if (asking != null) {
            return asking;
        }
        Eventual<Done> asked = cluster.askOne(
                        question(),
                        "a producer id",
                        cluster.settings().timeouts().operation())
                .map(identity -> {
                    current = identity;
                    return Done.DONE;
                });
        asking = asked;
        asked.then(outcome -> asking = null);
        return asked;
    }

    /** Goes on from {@code used}, unless that has already happened. */
    void leave(ProducerIdentity used) {
        if (used.equals(current)) {
            current = used.hasNext() ? used.next() : null;
        }
    }

    /** The broker does not accept the identity at all: only a new one will do. */
    void discard(long id) {
        if (current != null && current.id() == id) {
            current = null;
        }
    }

    private static Question<String, ProducerIdentity, InitProducerIdResponse> question() {
        return Question.of(
                "get",
                key -> new Route.Anyone(),
                keys -> Call.of(
                        ApiKey.INIT_PRODUCER_ID,
                        version -> InitProducerIdRequest.builder()
                                .transactionalId(null)
                                .transactionTimeoutMs(Integer.MAX_VALUE)
                                .build(),
                        InitProducerIdResponse::read),
                (answer, outcomes) -> outcomes.keys()
                        .forEach(key -> outcomes.outcome(
                                key,
                                answer.response().errorCode(),
                                null,
                                () -> new ProducerIdentity(
                                        answer.response().producerId(),
                                        answer.response().producerEpoch()))));
    }
}
