package dev.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where a broker keeps its replicas. */
final class AssignReplicasTest {

    private static final ReplicaDirectory ONE = new ReplicaDirectory(new Uuid(1, 1), "one");
    private static final ReplicaDirectory TWO = new ReplicaDirectory(new Uuid(1, 2), "two");

    private final Given given = Given.brokers(1).topics("orders", "events");
    private final Uuid orders = given.topic("orders").id();
    private final Uuid events = given.topic("events").id();

    @Test
    void whereAReplicaIsIsKnownUntilItIsMovedOrItsTopicDeleted() {
        assertThat(given.image().directoryOf(1, orders, 0)).isEmpty();

        given.grant(assign(1, ONE, orders, 0));
        assertThat(given.image().directoryOf(1, orders, 0)).contains(ONE);
        assertThat(given.image().directoryOf(2, orders, 0)).isEmpty();
        assertThat(given.image().directoryOf(1, events, 0)).isEmpty();

        given.grant(assign(1, TWO, orders, 0));
        assertThat(given.image().directoryOf(1, orders, 0)).contains(TWO);

        given.grant(new DeleteTopic("orders", Uuid.ZERO));
        assertThat(given.image().directoryOf(1, orders, 0)).isEmpty();
        assertThat(given.image().assignments()).isEmpty();
    }

    @Test
    void whatIsSoAlreadyOrHasGoneChangesNothing() {
        given.grant(assign(1, ONE, orders, 0));

        assertThat(given.changesNothing(assign(1, ONE, orders, 0))).isTrue();
        assertThat(given.changesNothing(assign(1, ONE, new Uuid(0, 77), 0))).isTrue();
        assertThat(given.changesNothing(assign(1, ONE, orders, 3))).isTrue();
        assertThat(given.grant(assign(1, ONE, orders, 0, 3)))
                .containsExactly(new ReplicaAssignment(ONE, orders, List.of(0)));
    }

    @Test
    void onlyABrokerHasReplicas() {
        assertThat(given.error(assign(2, ONE, orders, 0))).isEqualTo(ErrorCode.BROKER_ID_NOT_REGISTERED);
    }

    private AssignReplicas assign(int broker, ReplicaDirectory directory, Uuid topic, Integer... partitions) {
        long epoch = given.image().broker(broker).map(Broker::epoch).orElse(0L);
        return new AssignReplicas(broker, epoch, List.of(new ReplicaAssignment(directory, topic, List.of(partitions))));
    }
}
