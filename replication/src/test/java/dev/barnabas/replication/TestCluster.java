package dev.barnabas.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.log.Appended;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.log.LogSettings;
import dev.barnabas.replication.InSyncChanges.Outcome;
import dev.barnabas.replication.InSyncChanges.Proposal;
import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One partition on several machines, with a controller, a wire between them, and what the clients know. */
final class TestCluster {
    private static final Duration ALTER_WITHIN = Duration.ofMillis(500);

    final Simulation simulation;
    final Bug bug;
    final Dice dice;
    final Ledger ledger = new Ledger();
    final PartitionSettings settings;
    final long hotBytes;

    private final Wire wire;
    private final TestController controller;
    private final Map<Integer, SimulatedHost> hosts = new TreeMap<>();
    private final Map<Integer, TestNode> nodes = new TreeMap<>();
    private long nextValue;

    /** What a test plants, to see that it is found. */
    enum Bug {
        NONE,
        /** A leader takes no notice of the other in-sync replicas. */
        ACKNOWLEDGES_ALONE,
        /** Followers do not say which epoch their last record is of, so that no divergence is found. */
        SKIPS_TRUNCATION
    }

    TestCluster(Simulation simulation, Bug bug) {
        this.simulation = simulation;
        this.bug = bug;
        this.dice = simulation.dice("workload");
        this.wire = new Wire(simulation);
        int count = (int) dice.between(3, 5);
        this.settings = new PartitionSettings(
                LogSettings.DEFAULT.with(LogSettings.Segments.DEFAULT.withBytes((int) dice.magnitude(1_000, 50_000))),
                (int) dice.between(1, 2),
                Duration.ofMillis(dice.magnitude(100, 2_000)));
        this.hotBytes = dice.pick(List.of(0L, 2_000L, 1L << 20));
        List<Integer> replicas = IntStream.rangeClosed(1, count).boxed().toList();
        this.controller = new TestController(replicas, this::publish);
        for (int id : replicas) {
            SimulatedHost host = simulation.addHost("n" + id, 1);
            hosts.put(id, host);
            host.drive("data").cached(dice.nextDouble());
            host.run(started -> nodes.put(id, new TestNode(this, id, started)));
        }
    }

    TestController controller() {
        return controller;
    }

    Wire wire() {
        return wire;
    }

    List<Integer> ids() {
        return List.copyOf(hosts.keySet());
    }

    SimulatedHost host(int id) {
        SimulatedHost host = hosts.get(id);
        if (host == null) {
            throw new AssertionError("no node " + id);
        }
        return host;
    }

    /** The node, if it is up and has its partition open. */
    @Nullable
    TestNode node(int id) {
        TestNode node = nodes.get(id);
        return node != null && host(id).isUp() && node.partition().isPresent() ? node : null;
    }

    /** Carries something to one life of a node. */
    private void send(int from, TestNode to, Runnable arrival) {
        wire.send(from, to.id(), () -> {
            if (node(to.id()) == to) {
                to.loop().execute(arrival);
            }
        });
    }

    private void publish(TestController.Image image) {
        simulation.note("control", image.toString());
        for (int id : ids()) {
            tell(id, image);
        }
    }

    private void tell(int id, TestController.Image image) {
        TestNode node = node(id);
        if (node != null) {
            send(0, node, () -> {
                if (node.isRegistered()) {
                    node.learn(image);
                }
            });
        }
    }

    /** A node registers, and is told what is agreed on since. */
    void register(TestNode node, Consumer<Long> then) {
        wire.send(node.id(), 0, () -> {
            if (node(node.id()) == node) {
                long epoch = controller.register(node.id(), node);
                send(0, node, () -> then.accept(epoch));
            }
        });
    }

    /** What is lost on its way is told again. */
    void remind() {
        ids().forEach(id -> tell(id, controller.image()));
    }

    void alter(TestNode from, Proposal proposal, Consumer<Outcome> then) {
        boolean[] answered = {false};
        Consumer<Outcome> once = outcome -> {
            if (!answered[0]) {
                answered[0] = true;
                then.accept(outcome);
            }
        };
        wire.send(from.id(), 0, () -> {
            Outcome outcome = controller.alter(from.id(), proposal);
            simulation.note("n" + from.id(), proposal + ": " + outcome);
            send(0, from, () -> once.accept(outcome));
        });
        from.loop().schedule(ALTER_WITHIN, () -> once.accept(new Outcome.Unknown()));
    }

    void fetch(TestNode from, FetchPosition asked, long brokerEpoch, Consumer<Fetched> then) {
        TestNode leader = node(asked.leader());
        if (leader == null) {
            return;
        }
        send(
                from.id(),
                leader,
                () -> leader.serve(
                        asked,
                        from.id(),
                        brokerEpoch,
                        answer -> send(leader.id(), from, () -> then.accept(copy(answer)))));
    }

    /** Every delivery has bytes of its own: they are written to. */
    private static Fetched copy(Fetched answer) {
        return answer instanceof Fetched.Batches(var batches, long highWatermark, long start)
                ? new Fetched.Batches(
                        ByteBuffer.allocate(batches.remaining())
                                .put(batches.duplicate())
                                .flip(),
                        highWatermark,
                        start)
                : answer;
    }

    /** A producer sends some records to whomever it takes for the leader. */
    void produce(int to, Acks acks) {
        TestNode node = node(to);
        if (node == null) {
            return;
        }
        List<String> values = new ArrayList<>();
        for (long left = dice.magnitude(1, 4); left > 0; left--) {
            values.add("v" + nextValue++ + "x".repeat((int) dice.magnitude(1, 300)));
        }
        node.loop().execute(() -> {
            Partition partition = node.partition().orElseThrow();
            long deadline = node.loop().clock().nanos() + 1_000_000_000L;
            partition.append(TestBatches.of(values), acks, deadline, new Partition.Answer() {
                @Override
                public void written(@Nullable Appended appended) {}

                @Override
                public void acknowledged(Appended appended) {
                    if (acks == Acks.ALL) {
                        ledger.acknowledged(appended.baseOffset(), values);
                    }
                }

                @Override
                public void refused(LogRefusal refusal) {}
            });
        });
    }

    /** A consumer reads somewhere. */
    void consume(int from) {
        TestNode node = node(from);
        if (node == null) {
            return;
        }
        node.loop().execute(() -> {
            Partition partition = node.partition().orElseThrow();
            long offset = dice.between(
                    partition.logStartOffset(), Math.max(partition.logStartOffset(), partition.highWatermark()));
            ReadFrom wanted = new ReadFrom(offset, 2_000, true, -1, -1, new Reader.Client(false, true));
            consumed(partition, wanted, partition.read(wanted));
        });
    }

    private void consumed(Partition partition, ReadFrom wanted, PartitionRead read) {
        if (read instanceof PartitionRead.Found found) {
            List<TestBatches.Seen> seen = TestBatches.seen(TestBatches.bytes(found.records()));
            assertThat(seen).allMatch(each -> each.offset() < found.highWatermark());
            ledger.read(seen);
            if (partition.knowsHighWatermark()) {
                ledger.end(partition.leaderEpoch(), found.highWatermark());
            }
        } else if (read instanceof PartitionRead.Cold) {
            partition.readCold(wanted, cold -> consumed(partition, wanted, cold));
        }
    }

    /** A leader's high watermark has moved: everybody who could be elected must have what is before it. */
    void checkHighWatermark(Partition leader) {
        if (leader.knowsHighWatermark()) {
            ledger.end(leader.leaderEpoch(), leader.highWatermark());
        }
        TestController.Image image = controller.image();
        if (image.leaderEpoch() != leader.leaderEpoch()) {
            return;
        }
        for (int id : image.inSync()) {
            TestNode node = node(id);
            if (node != null) {
                assertThat(node.partition().orElseThrow().log().stableEndOffset())
                        .as("stable on n%s, which is in sync", id)
                        .isGreaterThanOrEqualTo(leader.highWatermark());
            }
        }
    }
}
