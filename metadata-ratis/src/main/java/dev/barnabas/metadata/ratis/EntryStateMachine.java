package dev.barnabas.metadata.ratis;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;

/**
 * What Ratis takes for the state machine: puts entries together and passes them on. It has no state but the snapshots'
 * files, which it keeps as they were given. Called by Ratis, mostly on one thread of it.
 */
final class EntryStateMachine extends BaseStateMachine {

    /** Who is told, in order, on threads of Ratis. */
    interface Events {

        void restored(long lastOffset, ByteBuffer state);

        void committed(long offset, Pieces.Entry entry);

        /** Everything that was committed before this node was elected has been delivered. */
        void leaderReady();

        void notLeader();

        void leaderChanged(MemberId leader);

        void failed(IOException fault);
    }

    private final Events events;
    private final Optional<QuorumSettings.Seed> seed;
    private final SimpleStateMachineStorage storage = new SimpleStateMachineStorage();
    private final Pieces pieces = new Pieces();
    private final AtomicReference<@Nullable Prepared> prepared = new AtomicReference<>();
    /** By first index. */
    private final TreeMap<Long, Long> terms = new TreeMap<>();

    private @Nullable File folder;

    EntryStateMachine(Events events, Optional<QuorumSettings.Seed> seed) {
        this.events = events;
        this.seed = seed;
    }

    /** A snapshot whose file has only to be given its name. */
    private record Prepared(TermIndex last, Path file, MD5Hash digest) {}

    @Override
    public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage raftStorage) throws IOException {
        super.initialize(server, groupId, raftStorage);
        getLifeCycle()
                .startAndTransition(
                        () -> {
                            folder = raftStorage.getStorageDir().getStateMachineDir();
                            storage.init(raftStorage);
                            if (seed.isPresent() && storage.getLatestSnapshot() == null) {
                                plant(seed.get());
                            }
                            load();
                        },
                        IOException.class);
    }

    private void plant(QuorumSettings.Seed planted) throws IOException {
        File file = storage.getSnapshotFile(0, planted.lastOffset());
        write(file.toPath(), planted.state().duplicate());
        MD5FileUtil.computeAndSaveMd5ForFile(file);
        Member.syncNamesAround(file.toPath());
        storage.loadLatestSnapshot();
    }

    /** Passes the newest snapshot on, if there is one. */
    private void load() throws IOException {
        SingleFileSnapshotInfo newest = storage.loadLatestSnapshot();
        if (newest == null) {
            return;
        }
        File file = newest.getFile().getPath().toFile();
        MD5Hash digest = newest.getFile().getFileDigest();
        if (digest == null) {
            throw new IOException("the snapshot " + file + " has no checksum");
        }
        MD5FileUtil.verifySavedMD5(file, digest);
        pieces.clear();
        setLastAppliedTermIndex(newest.getTermIndex());
        note(newest.getTerm(), newest.getIndex());
        events.restored(newest.getIndex(), ByteBuffer.wrap(Files.readAllBytes(file.toPath())));
    }

    @Override
    public void pause() {
        getLifeCycle().transition(LifeCycle.State.PAUSING);
        getLifeCycle().transition(LifeCycle.State.PAUSED);
    }

    /** A snapshot of the leader has taken the place of what was here. */
    @Override
    public void reinitialize() throws IOException {
        getLifeCycle()
                .startAndTransition(
                        () -> {
                            File installed = Objects.requireNonNull(folder);
                            // Ratis renames the folder without having synced what is in it.
                            for (File file : Objects.requireNonNull(installed.listFiles())) {
                                try (FileChannel channel = FileChannel.open(file.toPath(), StandardOpenOption.WRITE)) {
                                    channel.force(true);
                                }
                            }
                            Member.syncNamesAround(installed.toPath().resolve("any"));
                            Member.syncNamesAround(installed.toPath());
                            load();
                        },
                        IOException.class);
    }

    @Override
    public SimpleStateMachineStorage getStateMachineStorage() {
        return storage;
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = Objects.requireNonNull(transaction.getLogEntry());
        note(entry.getTerm(), entry.getIndex());
        updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
        pieces.add(entry.getStateMachineLogEntry().getLogData())
                .ifPresent(whole -> events.committed(entry.getIndex(), whole));
        return CompletableFuture.completedFuture(Message.EMPTY);
    }

    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        note(term, index);
        super.notifyTermIndexUpdated(term, index);
    }

    private void note(long term, long index) {
        synchronized (terms) {
            Map.Entry<Long, Long> last = terms.lastEntry();
            if (last == null || last.getValue() != term) {
                terms.put(index, term);
            }
        }
    }

    /** Writes a snapshot beside where it belongs. When this is done {@link #takeSnapshot} may be asked for. */
    void prepareSnapshot(long lastOffset, ByteBuffer state, Path beside) throws IOException {
        TermIndex last;
        synchronized (terms) {
            last = TermIndex.valueOf(terms.floorEntry(lastOffset).getValue(), lastOffset);
        }
        write(beside, state);
        prepared.set(new Prepared(last, beside, MD5FileUtil.computeMd5ForFile(beside.toFile())));
    }

    private static void write(Path file, ByteBuffer bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    @Override
    public long takeSnapshot() throws IOException {
        Prepared ready = prepared.getAndSet(null);
        SingleFileSnapshotInfo newest = storage.getLatestSnapshot();
        if (ready == null || (newest != null && newest.getIndex() >= ready.last.getIndex())) {
            return newest == null ? RaftLog.INVALID_LOG_INDEX : newest.getIndex();
        }
        File file = storage.getSnapshotFile(ready.last.getTerm(), ready.last.getIndex());
        Files.move(ready.file, file.toPath(), StandardCopyOption.ATOMIC_MOVE);
        MD5FileUtil.saveMD5File(file, ready.digest);
        Member.syncNamesAround(file.toPath());
        storage.loadLatestSnapshot();
        synchronized (terms) {
            Long first = terms.floorKey(ready.last.getIndex());
            if (first != null) {
                terms.headMap(first).clear();
            }
        }
        return ready.last.getIndex();
    }

    @Override
    public void notifyLeaderReady() {
        events.leaderReady();
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pendingEntries) {
        events.notLeader();
    }

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId self, RaftPeerId leader) {
        events.leaderChanged(MemberId.of(leader));
    }

    @Override
    public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto failedEntry) {
        events.failed(new IOException("the log of the quorum cannot be written", cause));
    }

    @Override
    public void close() {
        getLifeCycle().checkStateAndClose();
    }
}
