package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.metadata.Broker;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.ImageUpdate;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.BrokerHeartbeatRequest;
import dev.barnabas.protocol.message.BrokerHeartbeatResponse;
import dev.barnabas.protocol.message.BrokerRegistrationRequest;
import dev.barnabas.protocol.message.BrokerRegistrationResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This broker's place in the cluster (KIP-631). It registers, which the others take for the end of whatever process had
 * its id before; it is fenced then, and leads nothing. When its partitions are open it enters. From the registration on
 * the controller hears from it regularly; if not, it is fenced again until it does. Before it stops it asks to be let
 * go: its partitions get other leaders first.
 *
 * <pre>
 *   NEW --registered--> FENCED --enter--> SERVING --leave--> LEAVING --let go, or too late--> LEFT
 * </pre>
 *
 * <p>Owned by the loop of the cluster's metadata.
 */
final class Membership {

    private static final Logger log = LoggerFactory.getLogger(Membership.class);

    /** Longer than the controller needs to give up a former process of this id. */
    private static final Duration REGISTRATION_LIMIT = Duration.ofMinutes(2);

    private static final Duration REGISTER_AGAIN_AFTER = Duration.ofMillis(500);

    /** While it waits to be let in or go, it asks so often. */
    private static final Duration EAGER_INTERVAL = Duration.ofMillis(20);

    /** How long leaders may take to move. */
    private static final Duration LEAVING_LIMIT = Duration.ofSeconds(20);

    /** Whoever stops last finds no controller to ask. */
    private static final Duration LEAVING_LIMIT_ALONE = Duration.ofSeconds(3);

    private final ActiveController controller;
    private final ClusterMetadata metadata;
    private final Loop loop;
    private final int id;
    private final Duration interval;
    private final Lease lease;
    private final Consumer<String> expelled;
    private final Uuid incarnation;
    private final List<Uuid> offlineDirectories = new ArrayList<>();
    private List<Uuid> fullDirectories = List.of();
    private State state = State.NEW;
    private long epoch = -1;
    private boolean asking;
    private Loop.@Nullable Timer timer;
    private @Nullable Runnable whenSeen;
    private @Nullable Runnable whenServing;
    private @Nullable Runnable whenLeft;

    private enum State {
        NEW,
        FENCED,
        ENTERING,
        SERVING,
        LEAVING,
        LEFT
    }

    /**
     * @param incarnation what this process calls itself
     * @param interval between heartbeats ({@code broker.heartbeat.interval.ms})
     * @param lease renewed by what the controller answers
     * @param expelled told why this process can no longer be this broker; it must stop
     */
    Membership(
            ActiveController controller,
            ClusterMetadata metadata,
            Loop loop,
            int id,
            Uuid incarnation,
            Duration interval,
            Lease lease,
            Consumer<String> expelled) {
        this.controller = controller;
        this.metadata = metadata;
        this.loop = loop;
        this.id = id;
        this.incarnation = incarnation;
        this.interval = interval;
        this.lease = lease;
        this.expelled = expelled;
        metadata.subscribe(loop, this::updated);
    }

    /** How long this broker may believe what it knows. */
    Lease lease() {
        return lease;
    }

    /** Of the registration; -1 before. */
    long epoch() {
        return epoch;
    }

    /**
     * Registers, as often as it takes.
     *
     * @param registration all but the incarnation
     * @param then called when this node's image has the registration, and so all that was agreed on before
     * @param refused told why it cannot be
     */
    void register(BrokerRegistrationRequest registration, Runnable then, Consumer<String> refused) {
        loop.requireCurrent();
        BrokerRegistrationRequest request =
                registration.toBuilder().incarnationId(incarnation).build();
        register(request, loop.clock().nanos() + REGISTRATION_LIMIT.toNanos(), then, refused);
    }

    private void register(
            BrokerRegistrationRequest request, long deadlineNanos, Runnable then, Consumer<String> refused) {
        Duration left =
                Duration.ofNanos(Math.max(1, deadlineNanos - loop.clock().nanos()));
        controller.ask(
                request,
                BrokerRegistrationResponse.class,
                response -> response.errorCode() == ErrorCode.NOT_CONTROLLER.code(),
                left,
                loop,
                new ControllerChannel.Reply<>() {
                    @Override
                    public void answered(BrokerRegistrationResponse response) {
                        ErrorCode error = ErrorCode.forCode(response.errorCode());
                        if (error == ErrorCode.NONE) {
                            registered(response.brokerEpoch(), then);
                        } else if (isPassing(error)
                                && deadlineNanos - loop.clock().nanos() > 0) {
                            log.info("The broker is not registered yet; it tries again why={}", error);
                            loop.schedule(REGISTER_AGAIN_AFTER, () -> register(request, deadlineNanos, then, refused));
                        } else {
                            refused.accept(error + ": " + error.message());
                        }
                    }

                    @Override
                    public void unanswered(String why) {
                        refused.accept(why);
                    }
                });
    }

    private static boolean isPassing(ErrorCode error) {
        return error == ErrorCode.DUPLICATE_BROKER_REGISTRATION
                || error == ErrorCode.REQUEST_TIMED_OUT
                || error == ErrorCode.KAFKA_STORAGE_ERROR;
    }

    private void registered(long brokerEpoch, Runnable then) {
        epoch = brokerEpoch;
        state = State.FENCED;
        whenSeen = then;
        updated(metadata.image());
        heartbeat();
    }

    private void updated(ImageUpdate update) {
        updated(update.image());
        if (!update.brokers().isEmpty()) {
            // A broker that stops waits until the others know of it.
            heartbeatSoon();
        }
    }

    private void updated(ClusterImage image) {
        Optional<Broker> known = image.broker(id)
                .filter(broker ->
                        broker.epoch() == epoch && broker.incarnation().equals(incarnation));
        if (known.isEmpty()) {
            return;
        }
        Runnable seen = whenSeen;
        if (seen != null) {
            whenSeen = null;
            seen.run();
        }
        if (state == State.ENTERING && !known.get().fenced()) {
            state = State.SERVING;
            Runnable serving = whenServing;
            whenServing = null;
            if (serving != null) {
                serving.run();
            }
        } else if (state == State.SERVING && known.get().fenced()) {
            log.warn("The controller has not heard from this broker for too long and has fenced it broker={}", id);
            state = State.ENTERING;
        }
    }

    /**
     * Its partitions are open: from now on it may lead.
     *
     * @param then called when it is no longer fenced
     */
    void enter(Runnable then) {
        loop.requireCurrent();
        if (state == State.FENCED) {
            state = State.ENTERING;
            whenServing = then;
            heartbeatSoon();
        }
    }

    /** A directory has failed: what is in it is to be led by others. */
    void directoryFailed(Uuid directory) {
        loop.requireCurrent();
        offlineDirectories.add(directory);
        heartbeatSoon();
    }

    /** There is no room in these directories, and in no others: what is in them is to be led by others. */
    void directoriesFull(List<Uuid> directories) {
        loop.requireCurrent();
        fullDirectories = List.copyOf(directories);
        heartbeatSoon();
    }

    /**
     * Asks to be let go.
     *
     * @param then called when it may stop: it leads nothing that another one could, or nobody answers
     */
    void leave(Runnable then) {
        loop.requireCurrent();
        if (state == State.NEW || state == State.LEFT) {
            state = State.LEFT;
            then.run();
            return;
        }
        state = State.LEAVING;
        whenLeft = then;
        loop.schedule(LEAVING_LIMIT, this::left);
        loop.schedule(LEAVING_LIMIT_ALONE, () -> {
            if (controller.nodeId().isEmpty()) {
                left();
            }
        });
        heartbeatSoon();
    }

    private void left() {
        if (state != State.LEFT) {
            state = State.LEFT;
            cancelTimer();
            lease.end();
            Runnable waiting = whenLeft;
            whenLeft = null;
            if (waiting != null) {
                waiting.run();
            }
        }
    }

    private void heartbeatSoon() {
        if (!asking) {
            cancelTimer();
            heartbeat();
        }
    }

    private void heartbeat() {
        if (state == State.NEW || state == State.LEFT) {
            return;
        }
        asking = true;
        State asked = state;
        long askedNanos = loop.clock().nanos();
        BrokerHeartbeatRequest request = BrokerHeartbeatRequest.builder()
                .brokerId(id)
                .brokerEpoch(epoch)
                .currentMetadataOffset(metadata.image().version())
                .wantFence(state == State.FENCED)
                .wantShutDown(state == State.LEAVING)
                .offlineLogDirs(List.copyOf(offlineDirectories))
                .cordonedLogDirs(fullDirectories)
                .build();
        controller.ask(
                request,
                BrokerHeartbeatResponse.class,
                response -> response.errorCode() == ErrorCode.NOT_CONTROLLER.code(),
                LEAVING_LIMIT_ALONE,
                loop,
                new ControllerChannel.Reply<>() {
                    @Override
                    public void answered(BrokerHeartbeatResponse response) {
                        asking = false;
                        heard(asked, askedNanos, response);
                    }

                    @Override
                    public void unanswered(String why) {
                        asking = false;
                        if (state == State.LEAVING) {
                            log.warn("No controller answers; the broker stops without being let go why={}", why);
                            left();
                        } else {
                            log.warn("No controller answers the broker's heartbeat why={}", why);
                            schedule(interval);
                        }
                    }
                });
    }

    private void heard(State asked, long askedNanos, BrokerHeartbeatResponse response) {
        ErrorCode error = ErrorCode.forCode(response.errorCode());
        if (error == ErrorCode.STALE_BROKER_EPOCH || error == ErrorCode.BROKER_ID_NOT_REGISTERED) {
            boolean leaving = state == State.LEAVING;
            left();
            if (!leaving) {
                expelled.accept(
                        error == ErrorCode.STALE_BROKER_EPOCH
                                ? "another process has registered as broker " + id
                                        + "; see that every node has a node.id of its own"
                                : "broker " + id + " was unregistered; it can be started again");
            }
            return;
        }
        if (state == State.LEAVING && asked == State.LEAVING && response.shouldShutDown()) {
            left();
            return;
        }
        boolean believesToServe = state == State.SERVING || state == State.LEAVING;
        boolean unaware = believesToServe && error == ErrorCode.NONE && response.isFenced();
        if (error == ErrorCode.NONE && !unaware) {
            lease.renew(askedNanos);
        }
        boolean eager = state == State.LEAVING || state == State.ENTERING || state != asked || unaware;
        schedule(eager ? EAGER_INTERVAL : interval);
    }

    private void schedule(Duration delay) {
        cancelTimer();
        timer = loop.schedule(delay, () -> {
            timer = null;
            if (!asking) {
                heartbeat();
            }
        });
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
