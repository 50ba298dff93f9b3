package dev.barnabas.share;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.coordinator.MemoryShardLog;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.ReadShareGroupStateResponse;
import dev.barnabas.protocol.message.ReadShareGroupStateResponse.PartitionResult;
import dev.barnabas.protocol.message.WriteShareGroupStateRequest.PartitionData;
import dev.barnabas.protocol.message.WriteShareGroupStateRequest.StateBatch;
import dev.barnabas.share.StateRecord.Snapshot;
import dev.barnabas.share.StateRecord.Update;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ShareCoordinatorTest {
    private static final ShareStateSettings FEW_UPDATES = new ShareStateSettings(3, 1_000, 5_000);

    private final TestStates states = new TestStates(FEW_UPDATES);

    private static PartitionData write(int stateEpoch, int leaderEpoch, long start, int count, StateBatch... batches) {
        return new PartitionData(0, stateEpoch, leaderEpoch, start, count, List.of(batches));
    }

    private static StateBatch acknowledged(long first, long last) {
        return new StateBatch(first, last, (byte) 2, (short) 1);
    }

    private static ErrorCode error(PartitionResult result) {
        return ErrorCode.forCode(result.errorCode());
    }

    private List<StateRecord> written() {
        return states.log().records().stream()
                .map(record -> StateRecords.decode(record).orElseThrow())
                .toList();
    }

    @Test
    void whatOneLeaderWritesTheNextOneReads() {
        assertThat(states.initialize("g", 0, 0, 5)).isEqualTo(ErrorCode.NONE);
        assertThat(error(states.read("g", 0, 1))).isEqualTo(ErrorCode.NONE);
        assertThat(states.write("g", write(0, 1, 5, 3, acknowledged(6, 8)))).isEqualTo(ErrorCode.NONE);

        states.reload();
        PartitionResult read = states.read("g", 0, 2);

        assertThat(read.startOffset()).isEqualTo(5);
        assertThat(read.stateEpoch()).isZero();
        assertThat(read.stateBatches())
                .containsExactly(new ReadShareGroupStateResponse.StateBatch(6, 8, (byte) 2, (short) 1));
    }

    @Test
    void aLeaderThatWasReplacedCannotWriteOrReadAnyMore() {
        states.initialize("g", 0, 0, 0);
        states.read("g", 0, 4);
        states.read("g", 0, 5);

        assertThat(states.write("g", write(0, 4, 0, 0))).isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
        assertThat(error(states.read("g", 0, 4))).isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
        states.reload();
        assertThat(states.write("g", write(0, 4, 0, 0))).isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
        assertThat(states.write("g", write(0, 5, 0, 0))).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aStateThatBeginsAnewFencesWhoKnowsTheOldOneOnly() {
        states.initialize("g", 0, 0, 0);
        states.read("g", 0, 1);
        states.write("g", write(0, 1, 0, 1, acknowledged(0, 0)));

        assertThat(states.initialize("g", 0, 1, 100)).isEqualTo(ErrorCode.NONE);

        assertThat(states.write("g", write(0, 1, 0, 2, acknowledged(1, 1)))).isEqualTo(ErrorCode.FENCED_STATE_EPOCH);
        assertThat(states.initialize("g", 0, 0, 7)).isEqualTo(ErrorCode.FENCED_STATE_EPOCH);
        PartitionResult read = states.read("g", 0, 1);
        assertThat(read.stateEpoch()).isEqualTo(1);
        assertThat(read.startOffset()).isEqualTo(100);
        assertThat(read.stateBatches()).isEmpty();
    }

    @Test
    void beginningTwiceIsWrittenOnce() {
        states.initialize("g", 0, 0, -1);
        assertThat(states.initialize("g", 0, 0, -1)).isEqualTo(ErrorCode.NONE);

        assertThat(written()).hasSize(1);
    }

    @Test
    void whatNobodyHasBegunCannotBeReadOrWritten() {
        assertThat(error(states.read("g", 0, 1))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(states.write("g", write(0, 1, 0, 0))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(states.summary("g", 0).startOffset()).isEqualTo(-1);
        assertThat(states.summary("g", 0).errorCode()).isZero();
        assertThat(states.delete("g", 0)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aPartitionThatDoesNotExistHasNoState() {
        assertThat(states.initialize("g", TestStates.PARTITIONS_OF_TOPIC, 0, 0))
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(states.initialize("g", -1, 0, 0)).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(states.initialize("", 0, 0, 0)).isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    @Test
    void whatIsNoStateOfARecordIsRefused() {
        states.initialize("g", 0, 0, 0);

        for (StateBatch batch : List.of(
                new StateBatch(-1, 0, (byte) 0, (short) 1),
                new StateBatch(1, 0, (byte) 0, (short) 1),
                new StateBatch(0, Long.MAX_VALUE, (byte) 0, (short) 1),
                new StateBatch(0, 0, (byte) 1, (short) 1),
                new StateBatch(0, 0, (byte) 5, (short) 1),
                new StateBatch(0, 0, (byte) 2, (short) -1))) {
            assertThat(states.write("g", write(0, 0, 0, 0, batch)))
                    .as("%s", batch)
                    .isEqualTo(ErrorCode.INVALID_REQUEST);
        }
        assertThat(states.write("g", write(-1, 0, 0, 0))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(states.write("g", write(0, -1, 0, 0))).isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    @Test
    void afterSomeUpdatesAllOfItIsWritten() {
        states.initialize("g", 0, 0, 0);
        for (int i = 0; i < 5; i++) {
            states.write("g", write(0, 0, 0, i, acknowledged(2L * i, 2L * i)));
        }

        assertThat(written())
                .extracting(record -> record instanceof Snapshot)
                .containsExactly(true, false, false, false, true, false);
        assertThat(written().get(4)).isInstanceOfSatisfying(Snapshot.class, snapshot -> {
            assertThat(snapshot.snapshotEpoch()).isEqualTo(1);
            assertThat(snapshot.batches()).hasSize(4);
        });
        assertThat(written().get(5)).isInstanceOfSatisfying(Update.class, update -> {
            assertThat(update.snapshotEpoch()).isEqualTo(1);
            assertThat(update.batches()).hasSize(1);
        });
    }

    @Test
    void theStartOffsetNeverGoesBack() {
        states.initialize("g", 0, 0, 0);
        states.write("g", write(0, 0, 50, 2));
        states.write("g", write(0, 0, 40, 9));
        states.write("g", write(0, 0, -1, 9));

        assertThat(states.summary("g", 0).startOffset()).isEqualTo(50);
        assertThat(states.summary("g", 0).deliveryCompleteCount()).isEqualTo(2);
    }

    @Test
    void whatIsDeletedIsGone() {
        states.initialize("g", 0, 3, 0);
        assertThat(states.delete("g", 0)).isEqualTo(ErrorCode.NONE);
        states.reload();

        assertThat(error(states.read("g", 0, 1))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(states.initialize("g", 0, 0, 0)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void statesOfDeletedTopicsAreForgotten() {
        states.initialize("g", 0, 0, 0);
        states.initialize("h", 1, 0, 0);

        states.deleteTopic(TestStates.TOPIC);

        assertThat(states.shard().states()).isEmpty();
    }

    @Test
    void statesOfTopicsThatWereDeletedMeanwhileAreForgottenByTheNextLeader() {
        states.initialize("g", 0, 0, 0);
        states.deleteTopicSilently(TestStates.TOPIC);
        states.reload();
        states.pass(Duration.ofMillis(10));

        assertThat(states.shard().states()).isEmpty();
    }

    @Test
    void anAnswerWaitsForWhatItRestsOnToBeCommitted() {
        states.initialize("g", 0, 0, 0);
        states.log().commits(false);
        List<Object> answers = new ArrayList<>();
        states.coordinator()
                .write(
                        new dev.barnabas.protocol.message.WriteShareGroupStateRequest(
                                "g",
                                List.of(new dev.barnabas.protocol.message.WriteShareGroupStateRequest.WriteStateData(
                                        TestStates.TOPIC, List.of(write(0, 0, 0, 0, acknowledged(1, 1)))))),
                        states.loop(),
                        answers::add);
        states.loop().turn();
        assertThat(answers).isEmpty();

        states.log().commits(true);
        states.loop().turn();
        assertThat(answers).hasSize(1);
    }

    @Test
    void whatDoesNotMatterAnyMoreIsGivenUp() {
        MemoryShardLog log = states.log();
        states.initialize("quiet", 1, 0, 0);
        states.initialize("busy", 0, 0, 0);
        for (int i = 0; i < 3 * StatePruning.LEAST_GARBAGE; i++) {
            states.write("busy", write(0, 0, i, 0));
        }
        states.pass(Duration.ofMillis(FEW_UPDATES.pruneIntervalMs()));
        states.pass(Duration.ofMillis(FEW_UPDATES.pruneIntervalMs()));

        assertThat(log.discardedBefore()).as("given up").isGreaterThan(StatePruning.LEAST_GARBAGE);
        List<StateRecord> kept =
                written().subList((int) log.discardedBefore(), written().size());
        assertThat(kept).anyMatch(record -> record.key().groupId().equals("quiet"));
        assertThat(kept).anyMatch(record -> record.key().groupId().equals("busy") && record instanceof Snapshot);
    }

    @Test
    void aLogWithoutSuperfluousRecordsIsLeftAlone() {
        states.initialize("quiet", 1, 0, 0);
        for (int i = 0; i < 10; i++) {
            states.initialize("g" + i, 0, 0, 0);
        }
        states.pass(Duration.ofMinutes(10));

        assertThat(states.log().discardedBefore()).isZero();
        assertThat(written()).hasSize(11);
    }
}
