package dev.barnabas.metadata.ratis;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.rpc.CallId;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands entries to Ratis in their order, which may block, so that the loop does not. */
final class Submissions implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Submissions.class);

    /** Pieces; Ratis refuses what would be more than 4096 of them or 64 MiB. */
    private static final int MOST_UNDER_WAY = 128;

    private static final long SNAPSHOT_TIMEOUT_MS = 60_000;

    private final Membership membership;
    private final long writer;
    private final LongConsumer lost;
    private final ClientId client = ClientId.randomId();
    private final Semaphore underWay = new Semaphore(MOST_UNDER_WAY);
    private final ExecutorService inOrder = Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("quorum-append").factory());

    /**
     * @param lost is given the numbers of entries of which Ratis does not say that they are committed; on any thread
     */
    Submissions(Membership membership, long writer, LongConsumer lost) {
        this.membership = membership;
        this.writer = writer;
        this.lost = lost;
    }

    void submit(long number, ByteBuffer entry) {
        inOrder.execute(() -> {
            for (ByteString piece : Pieces.split(writer, number, entry)) {
                if (!submit(number, piece)) {
                    return;
                }
            }
        });
    }

    private boolean submit(long number, ByteString piece) {
        Membership.Running running = membership.running().orElse(null);
        if (running == null) {
            lost.accept(number);
            return false;
        }
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(client)
                .setServerId(membership.self().peer())
                .setGroupId(Membership.GROUP)
                .setCallId(CallId.getAndIncrement())
                .setMessage(Message.valueOf(piece))
                .setType(RaftClientRequest.writeRequestType())
                .build();
        try {
            underWay.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        try {
            running.server().submitClientRequestAsync(request).whenComplete((reply, fault) -> {
                underWay.release();
                if (fault != null || !reply.isSuccess()) {
                    LOG.debug("An entry was not confirmed: {}", reply, fault);
                    lost.accept(number);
                }
            });
            return true;
        } catch (IOException | RuntimeException fault) {
            underWay.release();
            LOG.debug("An entry was not accepted", fault);
            lost.accept(number);
            return false;
        }
    }

    /** @param then gets null or why there is no snapshot; on any thread */
    void snapshot(long lastOffset, Supplier<ByteBuffer> state, Consumer<@Nullable IOException> then) {
        Thread.ofVirtual().name("quorum-snapshot").start(() -> {
            IOException failure = null;
            try {
                take(lastOffset, state);
            } catch (IOException fault) {
                failure = fault;
            }
            then.accept(failure);
        });
    }

    private void take(long lastOffset, Supplier<ByteBuffer> state) throws IOException {
        Membership.Running running =
                membership.running().orElseThrow(() -> new IOException("the quorum does not run on this node"));
        Path beside = membership.folder().resolve("snapshot.tmp");
        running.machine().prepareSnapshot(lastOffset, state.get(), beside);
        RaftClientReply reply = running.server()
                .snapshotManagement(SnapshotManagementRequest.newCreate(
                        client,
                        membership.self().peer(),
                        Membership.GROUP,
                        CallId.getAndIncrement(),
                        SNAPSHOT_TIMEOUT_MS,
                        1));
        if (!reply.isSuccess()) {
            throw new IOException("no snapshot was taken", reply.getException());
        }
    }

    @Override
    public void close() {
        inOrder.shutdownNow();
    }
}
