package dev.barnabas.metadata;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.simulation.Dice;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;

/** A cluster for tests of plans: an image that wishes are granted on at once. */
final class Given {

    private final Controller controller;
    private ClusterImage image = ClusterImage.EMPTY;

    private Given(Controller controller) {
        this.controller = controller;
    }

    /** A cluster of that many brokers, 1, 2 and so on, with these settings. */
    static Given brokers(int count, Map<String, String> settings) {
        Given given = new Given(new Controller(BrokerSettings.of(settings), new Dice(1)));
        given.grant(new StartCluster());
        for (int id = 1; id <= count; id++) {
            given.start(id, id);
        }
        return given;
    }

    static Given brokers(int count) {
        return brokers(count, Map.of());
    }

    /** A process of a broker registers: one that knows nothing of earlier ones. */
    static RegisterBroker registration(int id, long incarnation) {
        return registration(id, incarnation, -1);
    }

    static RegisterBroker registration(int id, long incarnation, long previousEpoch, Uuid... directories) {
        return new RegisterBroker(
                id,
                new Uuid(0, incarnation),
                previousEpoch,
                List.of(),
                null,
                List.of(directories),
                Feature.supported());
    }

    /** Registers a process of a broker and lets it in. */
    Broker start(int id, long incarnation) {
        grant(registration(id, incarnation));
        return letIn(id);
    }

    Broker letIn(int id) {
        grant(heartbeat(id, false));
        return broker(id);
    }

    Broker broker(int id) {
        return image.broker(id).orElseThrow();
    }

    BrokerHeartbeat heartbeat(int id, boolean wantShutDown, Uuid... offline) {
        return new BrokerHeartbeat(
                id, broker(id).epoch(), image.version(), false, wantShutDown, List.of(offline), List.of());
    }

    /** A broker says which of its directories have no room; none of them any more, if none is named. */
    void full(int id, Uuid... directories) {
        grant(new BrokerHeartbeat(
                id, broker(id).epoch(), image.version(), false, false, List.of(), List.of(directories)));
    }

    void fence(int id) {
        grant(new FenceBroker(id, broker(id).epoch()));
    }

    Partition partition(String topic, int index) {
        return topic(topic).partitions().get(index);
    }

    /** With a topic of one partition on these brokers. */
    Given topicOn(String name, Map<String, String> settings, Integer... replicas) {
        grant(new CreateTopic(
                name,
                -1,
                -1,
                List.of(new CreateTopic.Assignment(0, List.of(replicas))),
                new TreeMap<>(settings),
                false));
        return this;
    }

    /** With a topic of one partition for each name. */
    Given topics(String... names) {
        for (String name : names) {
            grant(new CreateTopic(name, 1, 1, List.of(), Map.of(), false));
        }
        return this;
    }

    ClusterImage image() {
        return image;
    }

    /** Plans, and applies what was planned. */
    <A> A grant(Wish<A> wish) {
        return switch (controller.plan(wish, image)) {
            case Plan.Agreed<A>(Change change, A answer) -> {
                if (change != null) {
                    image = image.apply(change, image.lastOffset() + 1);
                }
                yield answer;
            }
            case Plan.Refused<A>(Refusal refusal) -> throw new AssertionError(wish + " is refused: " + refusal);
        };
    }

    /** Plans what must be refused. */
    Refusal refuse(Wish<?> wish) {
        return switch (controller.plan(wish, image)) {
            case Plan.Agreed<?> agreed -> throw new AssertionError(wish + " is granted: " + agreed);
            case Plan.Refused<?>(Refusal refusal) -> refusal;
        };
    }

    ErrorCode error(Wish<?> wish) {
        return refuse(wish).error();
    }

    /** The change that grants a wish. */
    Change change(Wish<?> wish) {
        return switch (controller.plan(wish, image)) {
            case Plan.Agreed<?>(Change change, Object _) ->
                Objects.requireNonNull(change, "there is nothing to change");
            case Plan.Refused<?>(Refusal refusal) -> throw new AssertionError(wish + " is refused: " + refusal);
        };
    }

    boolean changesNothing(Wish<?> wish) {
        return controller.plan(wish, image) instanceof Plan.Agreed<?>(Change change, Object _) && change == null;
    }

    Topic topic(String name) {
        return image.topic(name).orElseThrow();
    }

    static NavigableMap<String, String> settings(String name, String value) {
        return new TreeMap<>(Map.of(name, value));
    }
}
