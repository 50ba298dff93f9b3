package dev.barnabas.broker;

import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.message.EnvelopeResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The way to the active controller, which is at the node that leads the metadata quorum: here, or elsewhere. While it
 * moves, questions wait and are asked again. Owned by the loop of the cluster's metadata; may be asked on any.
 */
final class ActiveController implements ControllerChannel {

    private static final Duration ASK_AGAIN_AFTER = Duration.ofMillis(50);

    private final ClusterMetadata metadata;
    private final ControllerPlace place;
    private final Loop loop;
    private Apis here;
    private final ControllerConnection connection;

    /**
     * @param here what a controller at this node can answer from the start
     * @param connection to the controller if it is not
     */
    ActiveController(
            ClusterMetadata metadata, ControllerPlace place, Loop loop, Apis here, ControllerConnection connection) {
        this.metadata = metadata;
        this.place = place;
        this.loop = loop;
        this.here = here;
        this.connection = connection;
        // A former controller may be silent for long: who waits for its answer asks the new one.
        place.whenMoved(connection::close);
    }

    /** What this node answers if the controller is here, now that it can answer everything. */
    void offer(Apis all) {
        loop.requireCurrent();
        here = all;
    }

    /** The node that hosts the active controller, as far as this one knows. From any loop. */
    OptionalInt nodeId() {
        return place.nodeId();
    }

    /** Whether that is this node. From any loop. */
    boolean isHere() {
        return place.isHere();
    }

    @Override
    public <R extends Response> void ask(
            Request request, Class<R> type, Predicate<R> moved, Duration limit, Loop asker, Reply<R> then) {
        loop.execute(() -> new Question<>(request, type, moved, limit, asker, then).attempt());
    }

    /** Has the controller answer what a client has asked this node, as if the client had asked there (KIP-590). */
    void forward(Request request, Call call, Duration limit) {
        EnvelopedRequest enveloped = EnvelopedRequest.of(request, call);
        ask(
                enveloped.envelope(),
                EnvelopeResponse.class,
                EnvelopedRequest::isRefusedByFormerController,
                limit,
                call.loop(),
                new Reply<>() {
                    @Override
                    public void answered(EnvelopeResponse response) {
                        Optional<Response> answer = enveloped.open(response);
                        if (answer.isPresent()) {
                            call.answer(answer.get());
                        } else {
                            call.closeConnection("the controller did not understand a forwarded " + call.api());
                        }
                    }

                    @Override
                    public void unanswered(String why) {
                        call.giveUp("no controller answered a " + call.api() + ": " + why);
                    }
                });
    }

    void close() {
        connection.close();
    }

    /** A question until it is answered. */
    private final class Question<R extends Response> {
        private final Request request;
        private final Class<R> type;
        private final Predicate<R> moved;
        private final Loop asker;
        private final Reply<R> then;
        private final long deadlineNanos;
        private String why = "no node is known to host the controller";

        Question(Request request, Class<R> type, Predicate<R> moved, Duration limit, Loop asker, Reply<R> then) {
            this.request = request;
            this.type = type;
            this.moved = moved;
            this.asker = asker;
            this.then = then;
            this.deadlineNanos = loop.clock().nanos() + limit.toNanos();
        }

        void attempt() {
            long left = deadlineNanos - loop.clock().nanos();
            if (left <= 0) {
                asker.execute(() -> then.unanswered(why));
                return;
            }
            OptionalInt controller = place.now();
            if (controller.isEmpty()) {
                later();
            } else if (place.isThisNode(controller.getAsInt())) {
                askHere();
            } else {
                askThere(controller.getAsInt(), Duration.ofNanos(left));
            }
        }

        private void askHere() {
            Api<?> api = here.find(request.apiKey());
            if (api == null) {
                throw new IllegalStateException("the controller is asked what it does not answer: " + request.apiKey());
            }
            api.handle(request, new Call(new OwnQuestion(), request.apiKey(), api.highestVersion(), 0, null));
        }

        private void askThere(int controller, Duration left) {
            Optional<Endpoint> address = connection.addressOf(metadata.image(), controller);
            if (address.isEmpty()) {
                why = "node " + controller + " hosts the controller and is not registered yet";
                later();
                return;
            }
            dev.barnabas.peer.Call<Response> call = dev.barnabas.peer.Call.of(
                    request, (in, version) -> request.apiKey().readResponse(in, version));
            connection.to(address.get()).send(call, left, new dev.barnabas.peer.Reply<>() {
                @Override
                public void answered(dev.barnabas.peer.Answer<Response> answer) {
                    settle(answer.response());
                }

                @Override
                public void failed(dev.barnabas.peer.PeerFault fault) {
                    why = fault.message();
                    later();
                }
            });
        }

        private void settle(@Nullable Response response) {
            R answer = type.cast(response);
            if (answer == null) {
                throw new IllegalStateException("the controller must answer: " + request.apiKey());
            }
            if (moved.test(answer)) {
                why = "the controller is moving";
                later();
            } else {
                asker.execute(() -> then.answered(answer));
            }
        }

        private void later() {
            loop.schedule(ASK_AGAIN_AFTER, this::attempt);
        }

        /** This node asks itself. */
        private final class OwnQuestion implements Asker {

            @Override
            public Loop loop() {
                return loop;
            }

            @Override
            public Endpoint remote() {
                return connection.self().bound();
            }

            @Override
            public BrokerListener listener() {
                return connection.self();
            }

            @Override
            public boolean isClosed() {
                return false;
            }

            @Override
            public void violation(String what) {
                throw new IllegalStateException(what);
            }

            @Override
            public void unanswerable(String what) {
                why = what;
                later();
            }

            @Override
            public void answered(Call call) {
                settle(call.response());
            }

            @Override
            public void whenClosed(Runnable task) {
                // Its process is this one.
            }
        }
    }
}
