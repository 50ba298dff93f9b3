package dev.barnabas.benchmarks;

import dev.barnabas.protocol.message.MetadataResponse;
import dev.barnabas.protocol.message.MetadataResponse.MetadataResponsePartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** What a cluster says of its topics and its controller, and the topics it is asked to create. */
final class ClusterView {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(180);

    private final Cluster cluster;

    ClusterView(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Creates a topic with three replicas, and waits until all of them are in sync and each partition has a record. */
    void createTopic(String topic, int partitions) throws IOException, InterruptedException {
        until("topic " + topic + " created", () -> {
            RawRequests.requireCreated(
                    ask(cluster.awake().getFirst(), RawRequests.createTopic(topic, partitions, ClusterSubject.NODES)));
            return true;
        });
        awaitInSync(topic, partitions);
        ByteBuffer record = RawRequests.batch(1, 100);
        for (int partition = 0; partition < partitions; partition++) {
            int each = partition;
            until("a record in " + topic + "-" + each, () -> {
                ByteBuffer request = RawRequests.produce(topic, each, record.duplicate());
                return !RawRequests.isNotOpenYet(ask(leader(topic, each), request));
            });
        }
    }

    /** Until all three replicas of each partition are in sync. */
    void awaitInSync(String topic, int partitions) throws IOException, InterruptedException {
        until("all replicas of " + topic + " in sync", () -> {
            List<MetadataResponsePartition> found = partitions(topic);
            return found.size() == partitions
                    && found.stream()
                            .allMatch(partition -> partition.leaderId() > 0
                                    && partition.isrNodes().size() == ClusterSubject.NODES);
        });
    }

    /** Those that lead a partition of the topic. */
    Set<Integer> leaders(String topic) throws IOException {
        return partitions(topic).stream()
                .map(MetadataResponsePartition::leaderId)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    int controller() throws IOException, InterruptedException {
        int[] found = new int[1];
        until("a controller", () -> {
            int node = cluster.awake().getFirst();
            found[0] = cluster.subject().metadataNamesController()
                    ? RawRequests.metadata(ask(node, RawRequests.metadata("none")))
                            .controllerId()
                    : RawRequests.quorumLeader(ask(node, RawRequests.describeQuorum()));
            return found[0] > 0;
        });
        return found[0];
    }

    private int leader(String topic, int partition) throws IOException {
        return partitions(topic).stream()
                .filter(each -> each.partitionIndex() == partition && each.leaderId() > 0)
                .findFirst()
                .orElseThrow(() -> new IOException("no leader"))
                .leaderId();
    }

    private List<MetadataResponsePartition> partitions(String topic) throws IOException {
        MetadataResponse answer = RawRequests.metadata(ask(cluster.awake().getFirst(), RawRequests.metadata(topic)));
        return answer.topics().getFirst().partitions();
    }

    private ByteBuffer ask(int node, ByteBuffer request) throws IOException {
        try (RawConnection connection = new RawConnection(cluster.address(node))) {
            connection.send(request);
            return connection.receive();
        }
    }

    /** Something that is not so at first, and may fail before it is. */
    private interface Condition {
        boolean holds() throws IOException;
    }

    private void until(String what, Condition condition) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        IOException last = new IOException("it did not come to be");
        while (System.nanoTime() - begin < PATIENCE_NANOS) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (IOException notYet) {
                last = notYet;
            }
            cluster.requireAlive();
            Thread.sleep(5);
        }
        throw new IOException(cluster.subject().name() + ": " + what, last);
    }
}
