package dev.barnabas.replication;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.simulation.Seeds;
import dev.barnabas.simulation.SimulationFailure;
import org.junit.jupiter.api.Test;

final class PartitionLivesTest {

    @Test
    void nothingAcknowledgedIsLostAndAllReplicasBecomeEqual() {
        Seeds.check(300, new PartitionLives(TestCluster.Bug.NONE));
    }

    @Test
    void aLeaderThatAcknowledgesAloneIsFound() {
        assertThatThrownBy(() -> Seeds.check(50, new PartitionLives(TestCluster.Bug.ACKNOWLEDGES_ALONE)))
                .isInstanceOf(SimulationFailure.class);
    }

    @Test
    void followersThatDoNotTruncateAreFound() {
        assertThatThrownBy(() -> Seeds.check(50, new PartitionLives(TestCluster.Bug.SKIPS_TRUNCATION)))
                .isInstanceOf(SimulationFailure.class);
    }
}
