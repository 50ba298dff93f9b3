package dev.barnabas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.cli.PartitionDiagnosis.Broker;
import dev.barnabas.cli.PartitionDiagnosis.Evidence;
import dev.barnabas.cli.PartitionDiagnosis.Trouble;
import dev.barnabas.client.Replicas;
import dev.barnabas.client.TopicPartition;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class PartitionDiagnosisTest {

    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final Broker WELL = new Broker(Trouble.NONE, -1, -1, null);
    private static final Broker GONE =
            new Broker(Trouble.FENCED, NOW.minusSeconds(300).toEpochMilli(), -1, null);

    private final Map<Integer, Broker> brokers = new TreeMap<>(Map.of(1, WELL, 2, WELL, 3, WELL));
    private Replicas.@Nullable Reassignment reassignment;

    private PartitionDiagnosis diagnose(int leader, List<Integer> inSync, List<Integer> eligible) {
        Replicas.State state =
                new Replicas.State(0, leader, 4, List.of(1, 2, 3), inSync, eligible, List.of(), List.of());
        return PartitionDiagnosis.of(new TopicPartition("t", 0), new Evidence(state, brokers, 2, reassignment), NOW);
    }

    @Test
    void aPartitionThatIsWellIsSaidToBe() {
        PartitionDiagnosis diagnosis = diagnose(1, List.of(1, 2, 3), List.of());

        assertThat(diagnosis.health()).isEqualTo(PartitionHealth.WELL);
        assertThat(diagnosis.sentences())
                .containsExactly("All is well: broker 1 leads, and all 3 replicas are in sync.");
        assertThat(diagnosis.help()).isEmpty();
    }

    @Test
    void aBrokerThatIsGoneIsNamedWithWhenItWasHeardOf() {
        brokers.put(3, GONE);

        PartitionDiagnosis diagnosis = diagnose(1, List.of(1, 2), List.of());

        assertThat(diagnosis.health()).isEqualTo(PartitionHealth.UNDER_REPLICATED);
        assertThat(diagnosis.sentences())
                .contains("Broker 3 does not run, or does not reach the controller; it was last heard of at"
                        + " 2026-05-01T11:55:00Z (5m ago).");
        assertThat(diagnosis.help()).singleElement().asString().startsWith("Start broker 3 again");
    }

    @Test
    void aBrokerThatIsBehindIsSaidToCatchUp() {
        brokers.put(2, new Broker(Trouble.BEHIND, -1, 1_200, null));

        assertThat(diagnose(1, List.of(1, 3), List.of()).sentences())
                .contains("Broker 2 runs and is catching up: it is 1200 records behind.");
    }

    @Test
    void aDirectoryWithoutRoomIsNamedAndWhatHelps() {
        brokers.put(2, new Broker(Trouble.DIRECTORY_FULL, -1, 40, "/disk"));

        PartitionDiagnosis diagnosis = diagnose(1, List.of(1, 3), List.of());

        assertThat(diagnosis.sentences()).contains("Broker 2 runs, but its directory /disk has no room for more.");
        assertThat(diagnosis.help()).singleElement().asString().startsWith("Make room on the disk of broker 2");
    }

    @Test
    void whereAllAreFullItIsSaidThatProducersAreRefused() {
        for (int broker = 1; broker <= 3; broker++) {
            brokers.put(broker, new Broker(Trouble.DIRECTORY_FULL, -1, -1, "/disk" + broker));
        }

        PartitionDiagnosis diagnosis = diagnose(1, List.of(1, 2, 3), List.of());

        assertThat(diagnosis.sentences().getFirst()).contains("nobody in sync has room", "refused");
        assertThat(diagnosis.sentences()).contains("Broker 3 runs, but its directory /disk3 has no room for more.");
        assertThat(diagnosis.help()).hasSize(3);
    }

    @Test
    void tooFewInSyncMeansThatProducersAreRefused() {
        brokers.put(2, GONE);
        brokers.put(3, new Broker(Trouble.DIRECTORY_FAILED, -1, -1, "/disk"));

        PartitionDiagnosis diagnosis = diagnose(1, List.of(1), List.of(2));

        assertThat(diagnosis.health()).isEqualTo(PartitionHealth.BELOW_MINIMUM);
        assertThat(diagnosis.sentences().getFirst()).contains("asks for 2", "are refused");
        assertThat(diagnosis.sentences())
                .contains("Broker 3 runs, but its directory /disk has failed or is not there.");
    }

    @Test
    void withoutLeaderItIsSaidWhoCouldLeadAndWhatAnotherLeaderCosts() {
        brokers.put(1, GONE);
        brokers.put(2, new Broker(Trouble.NOT_REGISTERED, -1, -1, null));

        PartitionDiagnosis diagnosis = diagnose(-1, List.of(1), List.of(2));

        assertThat(diagnosis.health()).isEqualTo(PartitionHealth.LEADERLESS);
        assertThat(diagnosis.sentences())
                .contains(
                        "Only brokers 1 and 2 have every acknowledged record.",
                        "Broker 2 does not belong to the cluster.",
                        "Of the other replicas, broker 3 is there, but may miss acknowledged records.");
        assertThat(diagnosis.help()).anyMatch(help -> help.contains("elect-leader --unclean t-0"));
    }

    @Test
    void anotherLeaderThanThePreferredOneIsMentioned() {
        assertThat(diagnose(2, List.of(1, 2, 3), List.of()).help())
                .containsExactly("At once: ./barnabas partition elect-leader t-0");
    }

    @Test
    void aReassignmentIsMentioned() {
        reassignment = new Replicas.Reassignment(List.of(1, 2, 3), List.of(3), List.of(2));

        assertThat(diagnose(1, List.of(1, 2), List.of()).sentences())
                .contains("It is being reassigned: broker 3 comes, broker 2 leaves when the others are in sync.");
    }
}
