package dev.barnabas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.client.ClusterView;
import dev.barnabas.client.Groups;
import dev.barnabas.client.TopicPartition;
import dev.barnabas.host.Endpoint;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GroupDiagnosisTest {

    private static final long NOW = 1_000_000_000L;
    private static final Duration WATCHED = Duration.ofSeconds(5);
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final Groups.Member MEMBER = member("m-1", Set.of(T0), Set.of(T0));

    @Test
    void whoHasReadAllIsWell() {
        GroupDiagnosis diagnosis = diagnose(group("Stable", MEMBER), at(10, 10), at(10, 10));

        assertThat(diagnosis.health()).isEqualTo(GroupHealth.WELL);
        assertThat(diagnosis.help()).isEmpty();
    }

    @Test
    void whoIsBehindByLittleTimeIsWell() {
        GroupDiagnosis diagnosis =
                diagnose(group("Stable", MEMBER), at(10, 1_000, 1_000, NOW - 500L), at(10, 1_000, 1_000, NOW - 500L));

        assertThat(diagnosis.health()).isEqualTo(GroupHealth.WELL);
    }

    @Test
    void whoDoesNotGetOnIsStuckAndNamed() {
        GroupDiagnosis diagnosis = diagnose(group("Stable", MEMBER), at(10, 500), at(10, 600));

        assertThat(diagnosis.health()).isEqualTo(GroupHealth.STUCK);
        assertThat(diagnosis.sentences())
                .containsExactly("Member m-1 (client at /10.0.0.1) does not get on in t-0: it is at offset 10 since 5 s"
                        + " at least, and 590 records wait, the oldest for 1 min 40 s.");
        assertThat(diagnosis.help())
                .contains("Look at what it is to process next: ./barnabas consume t --partition 0 --offset 10 --max 1"
                        + " --json")
                .anyMatch(help -> help.contains("remove-members g --member m-1"));
    }

    @Test
    void anOpenTransactionIsWhatHoldsReadersUp() {
        GroupDiagnosis diagnosis =
                diagnose(group("Stable", MEMBER), at(10, 500, 10, NOW - 60_000), at(10, 600, 10, NOW - 60_000));

        assertThat(diagnosis.health()).isEqualTo(GroupHealth.STUCK);
        assertThat(diagnosis.sentences())
                .containsExactly(
                        "A transaction that is open since offset 10 holds up who reads committed records of t-0.");
        assertThat(diagnosis.help()).anyMatch(help -> help.contains("txn find-hanging"));
    }

    @Test
    void whoReadsLessThanComesIsTooSlow() {
        GroupDiagnosis diagnosis = diagnose(group("Stable", MEMBER), at(100, 1_000), at(150, 1_500));

        assertThat(diagnosis.health()).isEqualTo(GroupHealth.TOO_SLOW);
        assertThat(diagnosis.sentences())
                .singleElement()
                .asString()
                .contains("1350 records behind in t-0", "reads 10/s, 100/s come");
        assertThat(diagnosis.help()).anyMatch(help -> help.contains("More partitions and more members"));
    }

    @Test
    void whoReadsMoreThanComesIsToldWhenItIsThere() {
        GroupDiagnosis diagnosis = diagnose(group("Stable", MEMBER), at(100, 1_000), at(600, 1_000));

        assertThat(diagnosis.health()).isEqualTo(GroupHealth.BEHIND);
        assertThat(diagnosis.sentences()).singleElement().asString().contains("it is there in about 4 s");
    }

    @Test
    void whoIsToGiveUpPartitionsIsNamed() {
        Groups.Member slow = member("m-1", Set.of(T0), Set.of());
        Groups.Member other = member("m-2", Set.of(), Set.of(T0));

        GroupDiagnosis diagnosis = diagnose(group("Reconciling", slow, other), at(10, 10), at(10, 10));

        assertThat(diagnosis.health()).isEqualTo(GroupHealth.REBALANCING);
        assertThat(diagnosis.sentences())
                .contains("Member m-1 (client at /10.0.0.1) is to give up t-0 and has not yet said that it has.");
    }

    @Test
    void recordsThatAreGoneBeforeTheyWereReadAreCounted() {
        GroupPosition lost = new GroupPosition(T0, 10L, 100L, 100L, 100L, null, MEMBER);

        GroupDiagnosis diagnosis = diagnose(group("Stable", MEMBER), lost, lost);

        assertThat(diagnosis.sentences()).anyMatch(sentence -> sentence.startsWith("90 records of t-0 were deleted"));
    }

    @Test
    void moreMembersThanPartitionsAreTold() {
        GroupDiagnosis diagnosis =
                diagnose(group("Stable", MEMBER, member("m-2", Set.of(), Set.of())), at(10, 10), at(10, 10));

        assertThat(diagnosis.health()).isEqualTo(GroupHealth.WELL);
        assertThat(diagnosis.sentences()).anyMatch(sentence -> sentence.startsWith("1 member without partitions"));
    }

    private static GroupDiagnosis diagnose(Groups.Description group, GroupPosition before, GroupPosition after) {
        return GroupDiagnosis.of(new GroupDiagnosis.Evidence(group, List.of(before), List.of(after), WATCHED, NOW));
    }

    private static GroupPosition at(long committed, long end) {
        return at(committed, end, end, committed < end ? NOW - 100_000 : null);
    }

    private static GroupPosition at(long committed, long end, long stableEnd, @Nullable Long oldestMs) {
        return new GroupPosition(T0, committed, 0L, end, stableEnd, oldestMs, MEMBER);
    }

    private static Groups.Member member(String id, Set<TopicPartition> assigned, Set<TopicPartition> target) {
        return new Groups.Member(id, null, "client", "/10.0.0.1", assigned, target);
    }

    private static Groups.Description group(String state, Groups.Member... members) {
        return new Groups.Description(
                "g",
                "Consumer",
                state,
                "consumer",
                "uniform",
                3,
                new ClusterView.Broker(1, new Endpoint("localhost", 9092), null),
                "",
                List.of(members));
    }
}
