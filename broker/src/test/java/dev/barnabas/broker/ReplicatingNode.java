package dev.barnabas.broker;

import static java.util.Objects.requireNonNull;

import dev.barnabas.host.Disk;
import dev.barnabas.host.Loop;
import dev.barnabas.log.Appended;
import dev.barnabas.log.LogDamage;
import dev.barnabas.log.LogDirectory;
import dev.barnabas.log.LogDirectorySettings;
import dev.barnabas.log.LogFault;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.log.LogSettings;
import dev.barnabas.log.Verifications;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.message.ApiVersionsRequest;
import dev.barnabas.protocol.message.FetchRequest;
import dev.barnabas.protocol.message.ProduceRequest;
import dev.barnabas.protocol.message.WriteTxnMarkersRequest;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import dev.barnabas.replication.Acks;
import dev.barnabas.replication.Following;
import dev.barnabas.replication.Leadership;
import dev.barnabas.replication.Partition;
import dev.barnabas.replication.PartitionSettings;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.settings.Settings;
import dev.barnabas.simulation.SimulatedHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One node of a {@link ReplicaWorld}. It starts again whenever its host does. */
final class ReplicatingNode implements Partition.Listener {

    static final LogSettings LOG = LogSettings.DEFAULT;

    private final ReplicaWorld world;
    private final SimulatedHost host;
    private final int id;
    private final Settings settings;
    private List<LoopShare> shares = List.of();
    private List<ReplicaFetchers> fetchers = List.of();
    private @Nullable Node node;
    private @Nullable TransactionMarkers markers;
    private final Map<Integer, Partition> partitions = new HashMap<>();

    ReplicatingNode(ReplicaWorld world, SimulatedHost host, int id, Settings settings) {
        this.world = world;
        this.host = host;
        this.id = id;
        this.settings = settings;
    }

    int id() {
        return id;
    }

    SimulatedHost host() {
        return host;
    }

    List<LoopShare> shares() {
        return shares;
    }

    void start() {
        host.run(_ -> begin());
    }

    private void begin() {
        partitions.clear();
        List<LoopShare> made = new ArrayList<>();
        List<Connections> connections = new ArrayList<>();
        Connections.Limits limits =
                new Connections.Limits(Integer.MAX_VALUE, Integer.MAX_VALUE, Map.of(), Duration.ofHours(1));
        Connections.Totals totals = new Connections.Totals();
        RequestMetrics metrics = new RequestMetrics();
        for (Loop loop : host.loops()) {
            made.add(new LoopShare(
                    made.size(), loop, new PartitionTable(loop), new FetchSessions(loop, host.entropy(), 10)));
            connections.add(new Connections(loop, limits, totals, metrics));
        }
        shares = made;
        Node begun = new Node(id, host, settings, made, world.image());
        node = begun;
        begun.throttlesMayChange();
        fetchers = made.stream().map(this::fetchers).toList();
        TransactionParts transactions = new TransactionParts(begun, BrokerAddresses.of(begun, "PLAINTEXT"));
        markers = transactions.markers();
        transactions.use((_, _, _, _) -> {
            throw new AssertionError("nobody writes in transactions here");
        });
        Apis[] apis = new Apis[1];
        apis[0] = new Apis(List.of(
                Api.of(ApiKey.API_VERSIONS, ApiVersionsRequest.class, new ApiVersionsHandler(() -> apis[0], begun)),
                Api.withoutCopy(
                        ApiKey.PRODUCE, ProduceRequest.class, new ProduceHandler(begun, transactions.appends())),
                Api.of(
                        ApiKey.WRITE_TXN_MARKERS,
                        WriteTxnMarkersRequest.class,
                        new WriteTxnMarkersHandler(new MarkerWriter(begun))),
                Api.of(
                        ApiKey.FETCH,
                        FetchRequest.class,
                        new FetchHandler(begun, settings.get(BrokerSettings.FETCH_MAX_BYTES)))));
        BrokerListener listener = new BrokerListener("PLAINTEXT", ReplicaWorld.address(id), ReplicaWorld.address(id));
        try {
            host.network()
                    .listen(
                            ReplicaWorld.address(id),
                            100 << 20,
                            connection -> connections
                                    .get(host.loops().indexOf(connection.loop()))
                                    .accept(connection, listener));
            Disk disk = host.disk("data");
            for (LoopShare share : made) {
                LogDirectory directory = new LogDirectory(disk, share.loop(), LogDirectorySettings.DEFAULT);
                share.loop().execute(() -> {
                    connections.get(share.index()).serve(apis[0]);
                    open(begun, share, directory);
                    check(share);
                });
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void check(LoopShare share) {
        for (Partition partition : share.partitions().all()) {
            if (partition.leads()) {
                partition.checkFollowers();
            }
        }
        share.loop().schedule(Duration.ofMillis(750), () -> check(share));
    }

    private ReplicaFetchers fetchers(LoopShare share) {
        return new ReplicaFetchers(
                share.loop(),
                host.network(),
                broker -> world.image().broker(broker).map(_ -> ReplicaWorld.address(broker)),
                new ReplicaFetchers.Self() {
                    @Override
                    public int nodeId() {
                        return id;
                    }

                    @Override
                    public String clusterId() {
                        return "cluster";
                    }

                    @Override
                    public long brokerEpoch() {
                        return id;
                    }
                },
                new FollowerThrottling(requireNonNull(node)),
                FetcherSettings.of(settings, "1"));
    }

    private void open(Node begun, LoopShare share, LogDirectory directory) {
        InSyncRequests changes = new InSyncRequests(
                share.loop(),
                new FakeController(world::alterPartition),
                id,
                () -> id,
                (replica, epoch) -> epoch == replica);
        for (int index = 0; index < world.partitionCount(); index++) {
            if (begun.ownerOf(ReplicaWorld.TOPIC_ID, index) == share.index()) {
                int partition = index;
                Partition.open(
                        ReplicaWorld.id(index),
                        id,
                        directory,
                        new PartitionSettings(LOG, Math.min(2, world.nodes().size()), Duration.ofSeconds(3)),
                        share.loop(),
                        changes,
                        this,
                        new Partition.Opened() {
                            @Override
                            public void opened(Partition open) {
                                partitions.put(partition, open);
                                share.partitions().add(open);
                                become(begun.image(), share, partition);
                            }

                            @Override
                            public void failed(LogFault fault) {
                                throw new IllegalStateException(fault.message(), fault.cause());
                            }
                        });
            }
        }
    }

    boolean isReady() {
        return partitions.size() == world.partitionCount();
    }

    void update(ClusterImage image) {
        Node begun = node;
        if (!host.isUp() || begun == null) {
            return;
        }
        for (LoopShare share : shares) {
            share.loop().execute(() -> {
                begun.publish(image);
                begun.throttlesMayChange();
                for (int index = 0; index < world.partitionCount(); index++) {
                    if (begun.ownerOf(ReplicaWorld.TOPIC_ID, index) == share.index()) {
                        become(begun.image(), share, index);
                    }
                }
            });
        }
    }

    private void become(ClusterImage image, LoopShare share, int index) {
        Partition partition = share.partitions().find(ReplicaWorld.TOPIC_ID, index);
        if (partition == null) {
            return;
        }
        dev.barnabas.metadata.Partition agreed =
                image.topic(ReplicaWorld.TOPIC_ID).orElseThrow().partitions().get(index);
        if (agreed.leader() == id) {
            partition.lead(new Leadership(
                    agreed.leaderEpoch(), agreed.partitionEpoch(), agreed.replicas(), agreed.inSyncReplicas(), false));
            fetchers.get(share.index()).stop(partition);
        } else {
            partition.follow(new Following(agreed.leader(), agreed.leaderEpoch(), agreed.partitionEpoch()));
            fetchers.get(share.index()).follow(partition);
        }
    }

    /** Null before it is open. */
    @Nullable
    Partition partition(int index) {
        return partitions.get(index);
    }

    /** Appends a record as a producer with acks=all. */
    Sent append(int index, String value) {
        Node begun = node;
        if (begun == null) {
            throw new IllegalStateException("not started");
        }
        LoopShare share = shares.get(begun.ownerOf(ReplicaWorld.TOPIC_ID, index));
        Sent sent = new Sent();
        share.loop().execute(() -> {
            Partition partition = share.partitions().find(ReplicaWorld.TOPIC_ID, index);
            if (partition == null) {
                sent.refused = "not open";
                return;
            }
            RecordBatchBuilder batch = new RecordBatchBuilder(1 << 20).reset();
            batch.append(1_767_225_600_000L, (byte[]) null, value.getBytes(StandardCharsets.UTF_8), List.of());
            ByteBuffer bytes = batch.build();
            partition.append(bytes, Acks.ALL, Long.MAX_VALUE, sent);
        });
        return sent;
    }

    /** Begins a transaction of a producer, with one record. */
    Sent begin(int index, long producerId, int epoch, int sequence) {
        Node begun = Objects.requireNonNull(node);
        LoopShare share = shares.get(begun.ownerOf(ReplicaWorld.TOPIC_ID, index));
        Sent sent = new Sent();
        share.loop().execute(() -> {
            Partition partition = share.partitions().find(ReplicaWorld.TOPIC_ID, index);
            if (partition == null) {
                sent.refused = "not open";
                return;
            }
            RecordBatchBuilder batch = new RecordBatchBuilder(1 << 20)
                    .producer(producerId, (short) epoch, sequence)
                    .transactional(true);
            batch.append(1_767_225_600_000L, (byte[]) null, new byte[] {1}, List.of());
            partition.append(batch.build(), Verifications.NOT_REQUIRED, Acks.ALL, Long.MAX_VALUE, sent);
        });
        return sent;
    }

    /** Brings markers to where partitions are led. */
    TransactionMarkers markers() {
        return Objects.requireNonNull(markers);
    }

    /** What has become of a record. */
    static final class Sent implements Partition.Answer {
        private @Nullable String refused;
        private long offset = -1;

        boolean isAcknowledged() {
            return offset >= 0;
        }

        @Nullable
        String refused() {
            return refused;
        }

        @Override
        public void written(@Nullable Appended appended) {}

        @Override
        public void acknowledged(Appended appended) {
            offset = appended.baseOffset();
        }

        @Override
        public void refused(LogRefusal refusal) {
            refused = refusal.toString();
        }
    }

    @Override
    public void highWatermarkAdvanced(Partition partition) {}

    @Override
    public void inSyncReplicasChanged(Partition partition) {}

    @Override
    public void positionChanged(Partition partition) {
        for (LoopShare share : shares) {
            if (share.loop().isCurrent()) {
                fetchers.get(share.index()).positionChanged(partition);
            }
        }
    }

    @Override
    public void compactionFailed(Partition partition, String why) {
        throw new IllegalStateException(why);
    }

    @Override
    public void damageFound(Partition partition, LogDamage damage) {
        throw new IllegalStateException(damage.toString());
    }

    @Override
    public void failed(Partition partition, LogFault fault) {
        throw new IllegalStateException(fault.message(), fault.cause());
    }
}
