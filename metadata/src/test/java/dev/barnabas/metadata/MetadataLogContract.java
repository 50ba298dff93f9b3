package dev.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.Loop;
import dev.barnabas.host.TestBed;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a {@link MetadataLog} promises while nothing goes wrong, whoever implements it. The log that is tested belongs
 * to a node that leads, or comes to lead, by itself.
 */
public abstract class MetadataLogContract {

    private TestBed bed;
    private Loop loop;
    private MetadataLog log;
    private RecordingSubscriber subscriber;

    /** A new world. */
    protected abstract TestBed bed() throws Exception;

    /** Opens the log: at first a new one, then the same one again. What was open before has been closed. */
    protected abstract MetadataLog open(TestBed world, Loop owner) throws Exception;

    @BeforeEach
    void prepare() throws Exception {
        bed = bed();
        loop = bed.host().loops().getFirst();
        openFrom(0);
    }

    @AfterEach
    void cleanUp() throws Exception {
        bed.run(loop, log::close);
        bed.close();
    }

    private void openFrom(long fromOffset) throws Exception {
        log = open(bed, loop);
        RecordingSubscriber recording = new RecordingSubscriber();
        subscriber = recording;
        bed.run(loop, () -> log.subscribe(fromOffset, recording));
        bed.await("the log leads", () -> recording.events().contains("leading"));
    }

    private void reopenFrom(long fromOffset) throws Exception {
        bed.run(loop, log::close);
        openFrom(fromOffset);
    }

    /** Appends in one turn of the loop, and waits until all is committed. */
    private void append(String... entries) throws Exception {
        Queue<MetadataLog.Appended> answers = new ConcurrentLinkedQueue<>();
        bed.run(loop, () -> {
            for (String entry : entries) {
                log.append(RecordingSubscriber.bytes(entry), answer -> {
                    answers.add(answer);
                    subscriber.note(answer.toString());
                });
            }
        });
        bed.await("all entries are answered", () -> answers.size() == entries.length);
    }

    private void snapshot(long lastOffset, String state) throws Exception {
        Queue<String> answers = new ConcurrentLinkedQueue<>();
        bed.run(
                loop,
                () -> log.snapshot(
                        lastOffset,
                        () -> RecordingSubscriber.bytes(state),
                        fault -> answers.add(fault == null ? "" : fault.toString())));
        bed.await("the snapshot is taken", () -> !answers.isEmpty());
        assertThat(answers).containsExactly("");
    }

    /** The entries that were delivered, in order, without their offsets. */
    private List<String> delivered() {
        List<String> entries = new ArrayList<>();
        for (String event : subscriber.events()) {
            if (event.startsWith("committed ")) {
                entries.add(event.substring(event.lastIndexOf(' ') + 1));
            }
        }
        return entries;
    }

    /** The offset of an entry that was delivered. */
    private long offsetOf(String entry) {
        return subscriber.events().stream()
                .filter(event -> event.startsWith("committed ") && event.endsWith(" " + entry))
                .map(event -> Long.parseLong(event.split(" ")[1]))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aNewLogIsEmptyAndLeads() {
        assertThat(subscriber.events()).containsExactly("leading");
        assertThat(log.bytesSinceSnapshot()).isZero();
    }

    @Test
    void entriesAreCommittedInTheOrderInWhichTheyWereAskedFor() throws Exception {
        append("a", "b", "c");
        append("d");
        append("e", "f");

        assertThat(delivered()).containsExactly("a", "b", "c", "d", "e", "f");
        assertThat(offsetOf("a")).isNotNegative();
        for (int i = 0; i + 1 < delivered().size(); i++) {
            assertThat(offsetOf(delivered().get(i)))
                    .isLessThan(offsetOf(delivered().get(i + 1)));
        }
    }

    @Test
    void anAnswerComesRightAfterItsEntryAndSaysItsOffset() throws Exception {
        append("a", "b");

        long a = offsetOf("a");
        long b = offsetOf("b");
        assertThat(subscriber.events())
                .containsExactly(
                        "leading",
                        "committed " + a + " a",
                        new MetadataLog.Appended.Committed(a).toString(),
                        "committed " + b + " b",
                        new MetadataLog.Appended.Committed(b).toString());
    }

    @Test
    void whatWasCommittedIsThereWhenTheLogIsOpenedAgain() throws Exception {
        append("a", "b");
        append("c");
        long c = offsetOf("c");

        reopenFrom(0);

        assertThat(delivered()).containsExactly("a", "b", "c");
        assertThat(offsetOf("c")).isEqualTo(c);
        append("d");
        assertThat(offsetOf("d")).isGreaterThan(c);
        reopenFrom(0);
        assertThat(delivered()).containsExactly("a", "b", "c", "d");
    }

    @Test
    void everythingThatWasCommittedIsDeliveredBeforeTheNodeLeads() throws Exception {
        append("a", "b");

        reopenFrom(0);

        assertThat(subscriber.events()).last().isEqualTo("leading");
    }

    @Test
    void aSubscriberThatKnowsTheBeginningGetsOnlyTheRest() throws Exception {
        append("a", "b", "c");
        long b = offsetOf("b");

        reopenFrom(b + 1);

        assertThat(delivered()).containsExactly("c");
    }

    @Test
    void aSnapshotStandsForTheEntriesBeforeIt() throws Exception {
        append("a", "b");
        long b = offsetOf("b");
        snapshot(b, "ab");
        append("c");

        reopenFrom(0);

        assertThat(subscriber.events()).first().isEqualTo("restored " + b + " ab");
        assertThat(delivered()).containsExactly("c");
        append("d");
        reopenFrom(0);
        assertThat(delivered()).containsExactly("c", "d");
    }

    @Test
    void aSnapshotNeedNotBeOfTheLastEntry() throws Exception {
        append("a", "b", "c");
        snapshot(offsetOf("a"), "a");
        append("d");

        reopenFrom(0);

        assertThat(subscriber.events()).first().asString().endsWith(" a");
        assertThat(delivered()).containsExactly("b", "c", "d");
    }

    @Test
    void theNewestSnapshotCounts() throws Exception {
        append("a");
        snapshot(offsetOf("a"), "a");
        append("b");
        snapshot(offsetOf("b"), "ab");

        reopenFrom(0);

        assertThat(subscriber.events()).first().asString().endsWith(" ab");
        assertThat(delivered()).isEmpty();
        append("c");
        reopenFrom(0);
        assertThat(delivered()).containsExactly("c");
    }

    @Test
    void aSnapshotThatSaysNothingNewIsNotDelivered() throws Exception {
        append("a");
        long a = offsetOf("a");
        snapshot(a, "a");
        append("b");

        reopenFrom(a + 1);

        assertThat(subscriber.events()).noneMatch(event -> event.startsWith("restored"));
        assertThat(delivered()).containsExactly("b");
    }

    @Test
    void whatThereIsBehindTheSnapshotIsMeasured() throws Exception {
        append("0123456789".repeat(10));

        assertThat(log.bytesSinceSnapshot()).isBetween(100L, 1000L);

        snapshot(offsetOf("0123456789".repeat(10)), "");
        assertThat(log.bytesSinceSnapshot()).isLessThan(100);

        append("0123456789".repeat(20));
        reopenFrom(0);
        assertThat(log.bytesSinceSnapshot()).isBetween(200L, 1000L);
    }

    @Test
    void entriesAreCommittedWhileASnapshotIsBeingTaken() throws Exception {
        append("a");
        long a = offsetOf("a");
        Queue<String> answers = new ConcurrentLinkedQueue<>();
        bed.run(loop, () -> {
            log.snapshot(a, () -> RecordingSubscriber.bytes("a"), fault -> answers.add("taken"));
            log.append(RecordingSubscriber.bytes("b"), answer -> answers.add("appended"));
        });
        append("c");
        bed.await("both are done", () -> answers.size() == 2);

        reopenFrom(0);

        assertThat(subscriber.events()).first().isEqualTo("restored " + a + " a");
        assertThat(delivered()).containsExactly("b", "c");
    }

    @Test
    void largeAndEmptyEntriesComeBackAsTheyWere() throws Exception {
        String large = "x".repeat(300_000);
        append(large, "", "y");

        reopenFrom(0);

        assertThat(delivered()).containsExactly(large, "", "y");
    }

    @Test
    void aClosedLogSaysNothingMore() throws Exception {
        append("a");
        RecordingSubscriber before = subscriber;
        bed.run(loop, () -> {
            log.append(RecordingSubscriber.bytes("b"), answer -> before.note("answered"));
            log.close();
        });
        openFrom(0);
        append("c");

        assertThat(before.events()).hasSize(3).doesNotContain("answered");
        assertThat(delivered()).startsWith("a").endsWith("c");
    }
}
