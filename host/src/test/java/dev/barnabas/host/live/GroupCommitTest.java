package dev.barnabas.host.live;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.host.Loop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GroupCommitTest {
    private static final int OPEN_FILES = 100;

    private final Defects defects = new Defects();
    private final LiveHost host = LiveHost.builder().loops(1).onDefect(defects).build();
    private final Loop loop = host.loops().getFirst();
    private final WatchedStorage storage = new WatchedStorage();
    private Disk disk;

    @TempDir
    Path folder;

    @BeforeEach
    void open() throws IOException {
        disk = open(OPEN_FILES);
    }

    private Disk open(int openFiles) throws IOException {
        return open(new LiveDisk.Limits(openFiles, 4, defects));
    }

    private Disk open(LiveDisk.Limits limits) throws IOException {
        return LiveDisk.open(folder.toString(), limits, closed -> {}, directory -> storage);
    }

    @AfterEach
    void close() {
        storage.gate.release(1_000);
        disk.close();
        host.close();
        defects.assertNone();
    }

    @Test
    void answersOnlyAfterTheFileIsDurable() throws IOException {
        DiskFile file = appended("file");
        storage.gate.drainPermits();

        CompletableFuture<Optional<IOException>> answer = sync(file);
        storage.awaitWaiting(1);

        assertThat(answer).isNotDone();
        storage.gate.release(10);
        assertThat(Await.await(answer)).isEmpty();
        assertThat(storage.calls).contains("file");
    }

    @Test
    void whatIsAskedForWhileAGroupRunsIsOneGroup() throws IOException {
        DiskFile first = appended("first");
        List<DiskFile> others = List.of(durable("a"), durable("b"), durable("c"));
        storage.calls.clear();
        storage.gate.drainPermits();
        CompletableFuture<Optional<IOException>> running = sync(first);
        storage.awaitWaiting(1);

        // When all the others are appended to and synced meanwhile, several times
        List<CompletableFuture<Optional<IOException>>> next = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            for (DiskFile other : others) {
                other.append(bytes("more"));
                next.add(sync(other));
            }
        }
        storage.gate.release(1_000);

        // Then each of them was synced once
        Await.await(running);
        next.forEach(answer -> assertThat(Await.await(answer)).isEmpty());
        assertThat(storage.calls.subList(2, storage.calls.size())).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void whatIsAppendedWhileItsSyncRunsIsSyncedAgain() throws IOException {
        DiskFile file = durable("file");
        storage.calls.clear();
        storage.gate.drainPermits();
        file.append(bytes("one"));
        CompletableFuture<Optional<IOException>> first = sync(file);
        storage.awaitWaiting(1);

        file.append(bytes("two"));
        CompletableFuture<Optional<IOException>> second = sync(file);
        storage.gate.release(1_000);

        Await.await(first);
        Await.await(second);
        assertThat(storage.calls).containsExactly("file", "file");
    }

    @Test
    void anAnswerCoversWhatWasAppendedBeforeHoweverManySyncsRunBeside() throws Exception {
        DiskFile file = durable("file");
        AtomicBoolean appending = new AtomicBoolean(true);
        Thread beside = Thread.ofPlatform().start(() -> {
            while (appending.get()) {
                Await.await(sync(file));
            }
        });

        try {
            for (int i = 0; i < 3_000; i++) {
                file.append(bytes("one"), bytes("two"));
                assertThat(Await.await(sync(file))).isEmpty();
                assertThat(storage.syncedBytes).isEqualTo(file.size());
            }
        } finally {
            appending.set(false);
            beside.join();
        }
    }

    @Test
    void whatIsDurableAlreadyIsNotSyncedAgain() throws IOException {
        DiskFile file = durable("folder/file");
        storage.calls.clear();

        assertThat(Await.await(sync(file))).isEmpty();

        assertThat(storage.calls).isEmpty();
    }

    @Test
    void aNewFileIsDurableWithItsNameAndTheFoldersOnItsPath() throws IOException {
        durable("a/b/file");
        assertThat(storage.calls).containsExactlyInAnyOrder("file", "folder b", "folder a", "folder .");

        storage.calls.clear();
        durable("a/b/another");
        assertThat(storage.calls).containsExactlyInAnyOrder("another", "folder b");
    }

    @Test
    void aFileInARenamedFolderIsDurableUnderItsNewName() throws IOException {
        DiskFile file = durable("a/file");
        storage.calls.clear();

        disk.rename("a", "b");
        file.append(bytes("more"));
        Await.await(sync(file));

        assertThat(storage.calls).containsExactlyInAnyOrder("file", "folder b", "folder .");
    }

    @Test
    void aFileThatIsFoundOnDiskCountsAsChanged() throws IOException {
        appended("file").close();
        DiskFile found = disk.open("file");

        Await.await(sync(found));

        assertThat(storage.calls).contains("file", "folder .");
    }

    @Test
    void manyFilesAreSyncedWithOneCall() throws IOException {
        List<DiskFile> files = new ArrayList<>();
        for (int i = 0; i <= GroupCommit.ONE_BY_ONE; i++) {
            files.add(appended("file-" + i));
        }

        assertThat(Await.await(sync(files.toArray(DiskFile[]::new)))).isEmpty();

        assertThat(storage.calls).containsExactly("everything");
    }

    @Test
    void manyFilesAreSyncedOneByOneWhereThatCallIsMissing() throws IOException {
        storage.canSyncAll = false;
        List<DiskFile> files = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            files.add(appended("file-" + i));
        }

        assertThat(Await.await(sync(files.toArray(DiskFile[]::new)))).isEmpty();

        assertThat(storage.calls)
                .containsAll(IntStream.range(0, 50).mapToObj(i -> "file-" + i).toList())
                .contains("folder .")
                .doesNotContain("everything");
    }

    @Test
    void aFileWhoseDescriptorWasClosedWithChangesIsSyncedWithEverything() throws IOException {
        disk.close();
        disk = open(1);
        DiskFile evicted = appended("evicted");
        DiskFile other = appended("other");

        Await.await(sync(evicted));
        assertThat(storage.calls).containsExactly("everything");

        storage.calls.clear();
        Await.await(sync(other));
        assertThat(storage.calls).contains("other").doesNotContain("everything");
    }

    @Test
    void afterOneFailureEverySyncFails() throws IOException {
        DiskFile file = durable("file");
        DiskFile other = durable("other");
        file.append(bytes("lost"));
        storage.fault = new IOException("Input/output error");

        Optional<IOException> failed = Await.await(sync(file));
        storage.fault = null;
        other.append(bytes("more"));

        assertThat(failed)
                .hasValueSatisfying(fault -> assertThat(fault)
                        .hasMessageContaining(folder.toString())
                        .hasMessageContaining("file")
                        .hasMessageContaining("Input/output error"));
        assertThat(Await.await(sync(other))).isEqualTo(failed);
        assertThat(Await.await(sync())).isEqualTo(failed);
        assertThat(Await.await(syncDirectory(""))).isEqualTo(failed);
    }

    @Test
    void afterAFailureTheDirectoryIsNotOpenedAgainBeforeTheMachineIsStarted() throws IOException {
        DiskFile file = appended("file");
        storage.fault = new IOException("Input/output error");
        Await.await(sync(file));
        storage.fault = null;
        disk.close();

        assertThatThrownBy(() -> open(OPEN_FILES))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("restart the machine");

        disk = open(new LiveDisk.Limits(OPEN_FILES, 4, defects, "another start of the machine"));
        assertThat(disk.list("")).containsExactly("file");
        disk.close();
        disk = open(OPEN_FILES);
    }

    @Test
    void aChannelThatWasClosedIsNoFailureOfTheDisk() throws IOException {
        DiskFile file = appended("file");
        storage.fault = new ClosedChannelException();
        Await.await(sync(file));
        storage.fault = null;
        disk.close();

        disk = open(OPEN_FILES);
    }

    @Test
    void aFailureOfSeveralFilesSyncedSideBySideIsSeen() throws IOException {
        DiskFile[] files = {durable("a"), durable("b"), durable("c"), durable("d")};
        for (DiskFile file : files) {
            file.append(bytes("more"));
        }
        storage.faultyFile = "c";
        storage.fault = new IOException("Input/output error");

        assertThat(Await.await(sync(files)))
                .hasValueSatisfying(fault -> assertThat(fault).hasMessageContaining("c: Input/output error"));
    }

    @Test
    void aFileThatIsDeletedBeforeItsSyncDoesNotHarmTheDisk() throws IOException {
        DiskFile deleted = appended("a/deleted");
        DiskFile closed = appended("a/closed");
        DiskFile kept = appended("b/kept");
        disk.delete("a");
        closed.close();

        assertThat(Await.await(sync(deleted, closed, kept))).isEmpty();
        assertThat(Await.await(syncDirectory("a"))).isEmpty();
    }

    @Test
    void aFileThatIsClosedBeforeItsSyncIsSynced() throws IOException {
        DiskFile file = appended("file");
        file.close();

        assertThat(Await.await(sync(file))).isEmpty();

        assertThat(storage.calls).contains("file");
    }

    private DiskFile appended(String path) throws IOException {
        DiskFile file = disk.open(path);
        file.append(bytes(path + "\n"));
        return file;
    }

    private DiskFile durable(String path) throws IOException {
        DiskFile file = appended(path);
        assertThat(Await.await(sync(file))).isEmpty();
        return file;
    }

    private CompletableFuture<Optional<IOException>> sync(DiskFile... files) {
        CompletableFuture<Optional<IOException>> answer = new CompletableFuture<>();
        disk.sync(List.of(files), loop, fault -> answer.complete(Optional.ofNullable(fault)));
        return answer;
    }

    private CompletableFuture<Optional<IOException>> syncDirectory(String path) {
        CompletableFuture<Optional<IOException>> answer = new CompletableFuture<>();
        disk.syncDirectory(path, loop, fault -> answer.complete(Optional.ofNullable(fault)));
        return answer;
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    /** Writes down what is made durable; each call needs a permit, and may be made to fail. */
    private final class WatchedStorage implements Storage {
        final List<String> calls = new CopyOnWriteArrayList<>();
        final Semaphore gate = new Semaphore(1_000_000);
        volatile long syncedBytes;
        volatile boolean canSyncAll = true;
        volatile @Nullable IOException fault;
        volatile @Nullable String faultyFile;

        void awaitWaiting(int count) {
            while (gate.getQueueLength() < count) {
                Thread.onSpinWait();
            }
        }

        private void call(String what) throws IOException {
            gate.acquireUninterruptibly();
            calls.add(what);
            IOException failing = fault;
            if (failing != null && (faultyFile == null || what.equals(faultyFile))) {
                throw failing;
            }
        }

        @Override
        public void syncFile(FileChannel file) throws IOException {
            syncedBytes = file.size();
            // The first line of every file in these tests is its own path.
            ByteBuffer content = ByteBuffer.allocate(100);
            file.read(content, 0);
            String text = UTF_8.decode(content.flip()).toString();
            String path = text.lines().findFirst().orElse("?");
            call(Path.of(path).getFileName().toString());
        }

        @Override
        public void syncFolder(Path synced) throws IOException {
            call("folder " + (synced.equals(folder) ? "." : synced.getFileName()));
        }

        @Override
        public boolean canSyncAll() {
            return canSyncAll;
        }

        @Override
        public void syncAll() throws IOException {
            call("everything");
        }

        @Override
        public void close() {}
    }
}
