package dev.barnabas.client;

import dev.barnabas.client.ClusterView.Broker;
import dev.barnabas.host.Endpoint;
import dev.barnabas.peer.Answer;
import dev.barnabas.peer.Call;
import dev.barnabas.peer.PeerFault;
import dev.barnabas.peer.Reply;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.FindCoordinatorRequest;
import dev.barnabas.protocol.message.FindCoordinatorResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which broker coordinates which group, or which transactional id. Owned by the client's loop. */
final class Coordinators {

    /** From this version on, several coordinators are looked up at once, and the fields are others. */
    private static final int BATCHED = 4;

    private final Metadata metadata;
    private final Links links;
    private final Map<Key, Broker> known = new HashMap<>();

    /** What is coordinated. */
    enum Kind {
        GROUP(0, "group"),
        TRANSACTION(1, "transactional id");

        private final byte code;
        private final String shown;

        Kind(int code, String shown) {
            this.code = (byte) code;
            this.shown = shown;
        }
    }

    private record Key(Kind kind, String name) {
        @Override
        public String toString() {
            return kind.shown + " " + name;
        }
    }

    /** What came of one attempt to find a coordinator. */
    sealed interface Lookup {
        record Found(Broker coordinator) implements Lookup {}

        record NotNow(String obstacle) implements Lookup {}

        record Never(ClientError error) implements Lookup {}
    }

    Coordinators(Metadata metadata, Links links) {
        this.metadata = metadata;
        this.links = links;
    }

    Optional<Broker> known(String group) {
        return known(Kind.GROUP, group);
    }

    Optional<Broker> known(Kind kind, String name) {
        return Optional.ofNullable(known.get(new Key(kind, name)));
    }

    /** It is not, or cannot be reached: look again. Does nothing if another one is known by now. */
    void forget(String group, Broker coordinator) {
        forget(Kind.GROUP, group, coordinator);
    }

    void forget(Kind kind, String name, Broker coordinator) {
        known.remove(new Key(kind, name), coordinator);
    }

    /** One attempt. */
    Eventual<Lookup> find(String group) {
        return find(Kind.GROUP, group);
    }

    Eventual<Lookup> find(Kind kind, String name) {
        Key key = new Key(kind, name);
        Broker already = known.get(key);
        if (already != null) {
            return Eventual.of(new Lookup.Found(already));
        }
        Optional<Broker> broker = metadata.anyBroker();
        if (broker.isEmpty()) {
            return metadata.refresh().map(view -> new Lookup.NotNow("the cluster has just become known"));
        }
        Eventual<Lookup> found = new Eventual<>();
        links.send(broker.get(), Lane.PROMPT, call(key), new Reply<FindCoordinatorResponse>() {
            @Override
            public void answered(Answer<FindCoordinatorResponse> answer) {
                Lookup lookup = read(key, answer);
                switch (lookup) {
                    case Lookup.Found(Broker coordinator) -> known.put(key, coordinator);
                    // Whoever does not know it may not be one to ask any more.
                    case Lookup.NotNow _ -> metadata.refresh();
                    case Lookup.Never _ -> {}
                }
                found.succeed(lookup);
            }

            @Override
            public void failed(PeerFault fault) {
                metadata.refresh();
                found.succeed(
                        Faults.isFinal(fault)
                                ? new Lookup.Never(Faults.error(fault))
                                : new Lookup.NotNow(fault.message()));
            }
        });
        return found;
    }

    private static Call<FindCoordinatorResponse> call(Key key) {
        return Call.of(
                ApiKey.FIND_COORDINATOR,
                version -> {
                    FindCoordinatorRequest.Builder request =
                            FindCoordinatorRequest.builder().keyType(key.kind.code);
                    return (version < BATCHED ? request.key(key.name) : request.coordinatorKeys(List.of(key.name)))
                            .build();
                },
                FindCoordinatorResponse::read);
    }

    private static Lookup read(Key key, Answer<FindCoordinatorResponse> answer) {
        FindCoordinatorResponse response = answer.response();
        if (answer.version() < BATCHED) {
            return lookup(
                    key,
                    response.errorCode(),
                    response.errorMessage() == null ? "" : response.errorMessage(),
                    response.nodeId(),
                    response.host(),
                    response.port());
        }
        return response.coordinators().stream()
                .filter(coordinator -> coordinator.key().equals(key.name))
                .findFirst()
                .map(coordinator -> lookup(
                        key,
                        coordinator.errorCode(),
                        coordinator.errorMessage() == null ? "" : coordinator.errorMessage(),
                        coordinator.nodeId(),
                        coordinator.host(),
                        coordinator.port()))
                .orElse(new Lookup.NotNow("the broker did not name the coordinator of " + key));
    }

    private static Lookup lookup(Key key, short code, String message, int nodeId, String host, int port) {
        ErrorCode error = ErrorCode.forCode(code);
        if (error == ErrorCode.NONE && port > 0 && port <= 65_535) {
            return new Lookup.Found(new Broker(nodeId, new Endpoint(host, port), null));
        }
        String text = "coordinator of " + key + ": " + (message.isEmpty() ? error.message() : message);
        return error == ErrorCode.NONE || error.retriable()
                ? new Lookup.NotNow(text)
                : new Lookup.Never(new ClientError.Refused(error, text));
    }
}
