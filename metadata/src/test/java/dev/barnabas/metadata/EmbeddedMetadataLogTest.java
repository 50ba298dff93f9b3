package dev.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.Disk;
import dev.barnabas.host.Loop;
import dev.barnabas.host.TestBed;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.simulation.DiskFaults;
import dev.barnabas.simulation.SimulatedDrive;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class EmbeddedMetadataLogTest {

    private static final String FOLDER = "metadata";

    /** Opens the log in the directory of a world; throws what opening answers. */
    static EmbeddedMetadataLog open(TestBed bed, Disk disk, Loop loop) throws Exception {
        AtomicReference<@Nullable EmbeddedMetadataLog> opened = new AtomicReference<>();
        AtomicReference<@Nullable IOException> failed = new AtomicReference<>();
        bed.run(
                loop,
                () -> EmbeddedMetadataLog.open(disk, FOLDER, 1, Uuid.ZERO, loop, new Disk.Completion<>() {
                    @Override
                    public void done(EmbeddedMetadataLog log) {
                        opened.set(log);
                    }

                    @Override
                    public void failed(IOException fault) {
                        failed.set(fault);
                    }
                }));
        bed.await("the log is open or has failed", () -> opened.get() != null || failed.get() != null);
        IOException fault = failed.get();
        if (fault != null) {
            throw fault;
        }
        return Objects.requireNonNull(opened.get());
    }

    @Nested
    final class Contract extends MetadataLogContract {

        private @Nullable Disk disk;

        @Override
        protected TestBed bed() throws Exception {
            SimulatedBed bed = new SimulatedBed(1);
            disk = bed.host().disk(bed.directory());
            return bed;
        }

        @Override
        protected MetadataLog open(TestBed world, Loop owner) throws Exception {
            return EmbeddedMetadataLogTest.open(world, Objects.requireNonNull(disk), owner);
        }
    }

    /** A log with faults around it. */
    private static final class Faulty {

        private final SimulatedBed bed = new SimulatedBed(1);
        private final Loop loop = bed.host().loops().getFirst();
        private final SimulatedDrive drive = bed.host().drive(bed.directory());
        private final Disk disk;
        private EmbeddedMetadataLog log;
        private RecordingSubscriber subscriber = new RecordingSubscriber();

        Faulty() throws Exception {
            disk = bed.host().disk(bed.directory());
            log = EmbeddedMetadataLogTest.open(bed, disk, loop);
            bed.run(loop, () -> log.subscribe(0, subscriber));
        }

        /** Appends one entry after the other, each in a group of its own. */
        void append(String... entries) throws Exception {
            for (String entry : entries) {
                List<MetadataLog.Appended> answers = new ArrayList<>();
                bed.run(
                        loop,
                        () -> log.append(RecordingSubscriber.bytes(entry), answer -> {
                            answers.add(answer);
                            subscriber.note(answer.toString());
                        }));
                bed.await(
                        "an answer or a failure",
                        () -> !answers.isEmpty() || subscriber.events().contains("failed"));
            }
        }

        void reopen() throws Exception {
            bed.run(loop, log::close);
            log = EmbeddedMetadataLogTest.open(bed, disk, loop);
            subscriber = new RecordingSubscriber();
            bed.run(loop, () -> log.subscribe(0, subscriber));
        }

        @Nullable
        IOException reopenFails() throws Exception {
            bed.run(loop, log::close);
            try {
                EmbeddedMetadataLogTest.open(bed, disk, loop);
                return null;
            } catch (IOException fault) {
                return fault;
            }
        }

        String onlyLog() {
            return drive.files().keySet().stream()
                    .filter(path -> path.endsWith(".log"))
                    .reduce((one, other) -> one + " " + other)
                    .orElseThrow();
        }
    }

    @Test
    void aFullDiskRefusesEntriesUntilThereIsSpaceAgain() throws Exception {
        Faulty faulty = new Faulty();
        faulty.append("a");
        faulty.drive.fillUp(3);
        faulty.append("b");
        faulty.drive.unlimited();
        faulty.append("c");

        assertThat(faulty.subscriber.events())
                .containsExactly(
                        "leading",
                        "committed 0 a",
                        "Committed[offset=0]",
                        "Refused[reason=STORAGE_FULL, message=the disk data is full]",
                        "committed 1 c",
                        "Committed[offset=1]");
    }

    @Test
    void aTooLargeEntryIsRefused() throws Exception {
        Faulty faulty = new Faulty();

        faulty.append("x".repeat(EntryFrames.MAX_ENTRY_BYTES + 1));

        assertThat(faulty.subscriber.events()).last().asString().startsWith("Refused[reason=TOO_LARGE");
    }

    @Test
    void aFailedAppendOrSyncIsTheEnd() throws Exception {
        for (DiskFaults faults : List.of(DiskFaults.NONE.withAppendFailure(1), DiskFaults.NONE.withSyncFailure(1))) {
            Faulty faulty = new Faulty();
            faulty.append("a");
            faulty.drive.faults(faults);
            faulty.append("b", "c");

            assertThat(faulty.subscriber.events())
                    .containsExactly("leading", "committed 0 a", "Committed[offset=0]", "failed");
        }
    }

    @Test
    void aSnapshotThatFindsNoSpaceIsNotTakenAndTheLogGoesOn() throws Exception {
        Faulty faulty = new Faulty();
        faulty.append("a");
        faulty.drive.fillUp(3);
        List<String> answers = new ArrayList<>();
        faulty.bed.run(
                faulty.loop,
                () -> faulty.log.snapshot(
                        0, () -> RecordingSubscriber.bytes("state"), fault -> answers.add(String.valueOf(fault))));
        faulty.bed.await("an answer", () -> !answers.isEmpty());
        faulty.drive.unlimited();
        faulty.append("b");
        faulty.reopen();

        assertThat(answers).first().asString().contains("DiskFullException");
        assertThat(faulty.subscriber.events()).containsExactly("committed 0 a", "committed 1 b", "leading");
    }

    @Test
    void aSnapshotLetsOldFilesGo() throws Exception {
        Faulty faulty = new Faulty();
        for (int round = 0; round < 5; round++) {
            faulty.append("a", "b");
            long last = 2L * round + 1;
            List<String> answers = new ArrayList<>();
            faulty.bed.run(
                    faulty.loop,
                    () -> faulty.log.snapshot(
                            last, () -> RecordingSubscriber.bytes("state"), fault -> answers.add("taken")));
            faulty.bed.await("it is taken", () -> !answers.isEmpty());
        }

        assertThat(faulty.drive.files().keySet())
                .containsExactlyInAnyOrder(
                        "metadata/00000000000000000009.snapshot", "metadata/00000000000000000010.log");
    }

    @Test
    void damageToWhatWasOnStableStorageIsNotMistakenForACrash() throws Exception {
        Faulty faulty = new Faulty();
        faulty.append("first", "second", "third");
        byte[] content = faulty.drive.content(faulty.onlyLog());

        for (int position = 0; position < 2 * (EntryFrames.HEADER + 5) + 1; position++) {
            faulty.drive.rot(faulty.onlyLog(), position);
            IOException fault = faulty.reopenFails();

            assertThat(fault).as("a bit turned at " + position).isNotNull().hasMessageContaining("is damaged");
            assertThat(faulty.drive.content(faulty.onlyLog())).hasSameSizeAs(content);
            restore(faulty, content);
        }
    }

    /** Puts the content of the only log back. */
    private static void restore(Faulty faulty, byte[] content) throws Exception {
        String path = faulty.onlyLog();
        faulty.bed.run(faulty.loop, () -> {
            faulty.disk.delete(path);
            faulty.disk.open(path).append(ByteBuffer.wrap(content));
        });
        AtomicReference<Boolean> synced = new AtomicReference<>(false);
        faulty.bed.run(
                faulty.loop,
                () -> faulty.disk.sync(List.of(faulty.disk.open(path)), faulty.loop, fault -> synced.set(true)));
        faulty.bed.await("it is synced", synced::get);
    }

    @Test
    void aDamagedSnapshotIsNoticed() throws Exception {
        Faulty faulty = new Faulty();
        faulty.append("a");
        List<String> answers = new ArrayList<>();
        faulty.bed.run(
                faulty.loop,
                () -> faulty.log.snapshot(0, () -> RecordingSubscriber.bytes("state"), fault -> answers.add("taken")));
        faulty.bed.await("it is taken", () -> !answers.isEmpty());
        faulty.drive.rot("metadata/00000000000000000000.snapshot", 30);

        assertThat(faulty.reopenFails()).isNotNull().hasMessageContaining("its checksum is wrong");
    }

    @Test
    void anEntryThatWasNeverAnsweredMayBeCutOff() throws Exception {
        Faulty faulty = new Faulty();
        faulty.append("first", "second");
        faulty.drive.rot(faulty.onlyLog(), EntryFrames.HEADER + 10);
        faulty.reopen();

        assertThat(faulty.subscriber.events()).containsExactly("committed 0 first", "leading");
    }
}
