package dev.barnabas.replication;

import dev.barnabas.host.Loop;
import dev.barnabas.log.LogAnswer;
import dev.barnabas.log.LogDamage;
import dev.barnabas.log.LogDirectory;
import dev.barnabas.log.LogDirectorySettings;
import dev.barnabas.log.LogFault;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.simulation.SimulatedHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One life of a node that holds the partition: opens it, registers, does what it is told, fetches from its leader, and
 * serves those who fetch from it. Everything on its loop.
 */
final class TestNode implements Partition.Listener, InSyncChanges {
    static final PartitionId ID = new PartitionId(new Uuid(7, 7), "orders", 0);
    private static final Duration ANSWER_WITHIN = Duration.ofMillis(300);
    private static final Duration MAX_WAIT = Duration.ofMillis(50);
    private static final int FETCH_BYTES = 3_000;

    private final TestCluster cluster;
    private final int id;
    private final Loop loop;
    private @Nullable Partition partition;
    private long brokerEpoch = -1;
    private long fetching;
    private long fetches;

    TestNode(TestCluster cluster, int id, SimulatedHost host) {
        this.cluster = cluster;
        this.id = id;
        this.loop = host.loops().getFirst();
        try {
            LogDirectory directory = new LogDirectory(
                    host.disk("data"),
                    loop,
                    new LogDirectorySettings(8, 0, cluster.hotBytes, Duration.ofSeconds(1), Duration.ofDays(1)));
            Partition.open(ID, id, directory, cluster.settings, loop, this, this, new Partition.Opened() {
                @Override
                public void opened(Partition opened) {
                    partition = opened;
                    register();
                    checkFollowers();
                }

                @Override
                public void failed(LogFault fault) {
                    throw new AssertionError(fault.message(), fault.cause());
                }
            });
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    int id() {
        return id;
    }

    Loop loop() {
        return loop;
    }

    Optional<Partition> partition() {
        return Optional.ofNullable(partition);
    }

    private Partition open() {
        Partition opened = partition;
        if (opened == null) {
            throw new AssertionError("not open");
        }
        return opened;
    }

    private void register() {
        cluster.register(this, epoch -> brokerEpoch = epoch);
        loop.schedule(Duration.ofMillis(100), () -> {
            if (brokerEpoch < 0) {
                register();
            }
        });
    }

    boolean isRegistered() {
        return brokerEpoch >= 0;
    }

    private void checkFollowers() {
        open().checkFollowers();
        loop.schedule(cluster.settings.replicaMaxLag().dividedBy(4), this::checkFollowers);
    }

    /** The image has come, perhaps not the newest. */
    void learn(TestController.Image image) {
        Partition here = open();
        if (image.leader() == id) {
            here.lead(new Leadership(
                    image.leaderEpoch(),
                    image.partitionEpoch(),
                    cluster.controller().replicas(),
                    cluster.bug == TestCluster.Bug.ACKNOWLEDGES_ALONE ? List.of(id) : image.inSync(),
                    image.recovering()));
        } else {
            here.follow(new Following(image.leader(), image.leaderEpoch(), image.partitionEpoch()));
        }
    }

    // As a follower.

    private void fetch() {
        Optional<FetchPosition> position = open().fetchPosition();
        if (position.isEmpty() || fetching != 0) {
            return;
        }
        long number = ++fetches;
        fetching = number;
        FetchPosition asked = position.get();
        cluster.fetch(this, asked, brokerEpoch, answer -> answered(number, asked, answer));
        loop.schedule(ANSWER_WITHIN, () -> {
            if (fetching == number) {
                fetching = 0;
                fetch();
            }
        });
    }

    /** Also called when the answer comes too late, or twice. */
    private void answered(long number, FetchPosition asked, Fetched answer) {
        open().fetched(asked, answer, error -> {
            if (fetching != number) {
                return;
            }
            fetching = 0;
            if (error == ErrorCode.NONE) {
                loop.execute(this::fetch);
            } else {
                loop.schedule(Duration.ofMillis(20), this::fetch);
            }
        });
    }

    // As a leader.

    void serve(FetchPosition asked, int replica, long epoch, Consumer<Fetched> then) {
        Reader.Follower reader = new Reader.Follower(replica, epoch, asked.logStartOffset(), asked.highWatermark());
        int lastEpoch = cluster.bug == TestCluster.Bug.SKIPS_TRUNCATION ? -1 : asked.lastFetchedEpoch();
        ReadFrom wanted = new ReadFrom(asked.offset(), FETCH_BYTES, true, asked.leaderEpoch(), lastEpoch, reader);
        PartitionRead read = open().read(wanted);
        if (read instanceof PartitionRead.Found found
                && found.records().sizeInBytes() == 0
                && found.highWatermark() <= asked.highWatermark()) {
            serveLater(wanted, reader, then);
        } else {
            answer(wanted, read, then);
        }
    }

    private void serveLater(ReadFrom wanted, Reader.Follower reader, Consumer<Fetched> then) {
        boolean[] done = {false};
        Partition.@Nullable Watch[] watch = {null};
        Runnable serve = () -> {
            if (!done[0]) {
                done[0] = true;
                loop.execute(() -> {
                    if (watch[0] != null) {
                        watch[0].stop();
                    }
                    answer(wanted, open().read(wanted), then);
                });
            }
        };
        watch[0] = open().watch(wanted.offset(), reader, _ -> serve.run());
        loop.schedule(MAX_WAIT, serve);
    }

    private void answer(ReadFrom wanted, PartitionRead read, Consumer<Fetched> then) {
        switch (read) {
            case PartitionRead.Found found ->
                then.accept(new Fetched.Batches(
                        TestBatches.bytes(found.records()), found.highWatermark(), found.logStartOffset()));
            case PartitionRead.Cold() -> open().readCold(wanted, cold -> answer(wanted, cold, then));
            case PartitionRead.Diverging(int epoch, long endOffset, long _, long logStart) ->
                then.accept(new Fetched.Diverging(epoch, endOffset, logStart));
            case PartitionRead.Refused(ErrorCode error, long logStart) ->
                then.accept(new Fetched.Refused(error, logStart));
        }
    }

    void deleteRecords(long beforeOffset) {
        if (open().leads() && beforeOffset <= open().highWatermark()) {
            cluster.ledger.deleted(beforeOffset);
            open().deleteRecords(beforeOffset, Long.MAX_VALUE, new LogAnswer<>() {
                @Override
                public void done(Long result) {}

                @Override
                public void refused(LogRefusal refusal) {}
            });
        }
    }

    @Override
    public void ask(PartitionId of, Proposal proposal, Consumer<Outcome> then) {
        cluster.alter(this, proposal, then);
    }

    @Override
    public boolean eligible(int replica, long epoch) {
        return cluster.controller().isLive(replica, epoch);
    }

    @Override
    public void highWatermarkAdvanced(Partition of) {
        if (of.leads()) {
            cluster.checkHighWatermark(of);
        }
    }

    @Override
    public void roleChanged(Partition of) {
        if (of.leads()) {
            cluster.ledger.leads(of.leaderEpoch(), id);
        }
    }

    @Override
    public void inSyncReplicasChanged(Partition of) {
        cluster.simulation.note("n" + id, "in sync " + of.inSyncReplicas());
    }

    @Override
    public void positionChanged(Partition of) {
        loop.execute(this::fetch);
    }

    @Override
    public void compactionFailed(Partition of, String why) {
        throw new AssertionError(why);
    }

    @Override
    public void damageFound(Partition of, LogDamage damage) {
        throw new AssertionError(damage.toString());
    }

    @Override
    public void failed(Partition of, LogFault fault) {
        throw new AssertionError(fault.message(), fault.cause());
    }
}
