package dev.barnabas.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.function.ObjDoubleConsumer;

/** Breaks nodes of a cluster under a paced producer, one way after the other, and reports what the producer noticed. */
final class Failover {

    static final List<String> KINDS = List.of("kill", "kill-controller", "pause", "stop", "rolling");

    private static final int PARTITIONS = 6;
    private static final String PER_SECOND = "2000";
    /** What the client has by default. */
    private static final String REQUEST_TIMEOUT_MS = "30000";
    /** A client that waits for half a minute for an answer cannot notice sooner that a host fell silent. */
    private static final String SHORT_REQUEST_TIMEOUT_MS = "1000";

    private final Tools tools;
    private final Cluster cluster;
    private final ClusterView view;
    private final ObjDoubleConsumer<String> figures;

    /** @param figures take what was measured, with the name of the figure */
    Failover(Tools tools, Cluster cluster, ObjDoubleConsumer<String> figures) {
        this.tools = tools;
        this.cluster = cluster;
        this.view = new ClusterView(cluster);
        this.figures = figures;
    }

    void measure(String kind) throws IOException, InterruptedException {
        String topic = "failover-" + kind;
        view.createTopic(topic, PARTITIONS);
        try (Conversation producer = new Conversation(tools.conversation(
                PacedProducer.class.getName(),
                List.of(
                        cluster.addresses(),
                        topic,
                        Integer.toString(PARTITIONS),
                        PER_SECOND,
                        kind.equals("pause") ? SHORT_REQUEST_TIMEOUT_MS : REQUEST_TIMEOUT_MS)))) {
            producer.ask("settled");
            producer.ask("window");
            int controller = view.controller();
            switch (kind) {
                case "kill" -> {
                    int victim = leaderOtherThan(controller, topic);
                    cluster.kill(victim);
                    settled(producer, "kill -9 of a leader");
                    comeBack(victim, topic, producer, "kill -9 of a leader");
                }
                case "kill-controller" -> {
                    if (!view.leaders(topic).contains(controller)) {
                        throw new IOException("the controller leads no partition of " + topic);
                    }
                    cluster.kill(controller);
                    settled(producer, "kill -9 of a leader that is the active controller");
                    comeBack(controller, topic, producer, "kill -9 of a leader that is the active controller");
                }
                case "pause" -> {
                    int victim = leaderOtherThan(controller, topic);
                    cluster.pause(victim);
                    settled(producer, "SIGSTOP of a leader");
                    producer.ask("window");
                    cluster.resume(victim);
                    view.awaitInSync(topic, PARTITIONS);
                    settled(producer, "SIGSTOP of a leader, when it goes on");
                }
                case "stop" -> {
                    int victim = leaderOtherThan(controller, topic);
                    cluster.stop(victim);
                    settled(producer, "clean stop of a leader");
                    comeBack(victim, topic, producer, "clean stop of a leader");
                }
                case "rolling" -> {
                    for (int node = 1; node <= ClusterSubject.NODES; node++) {
                        cluster.stop(node);
                        cluster.start(node);
                        view.awaitInSync(topic, PARTITIONS);
                    }
                    settled(producer, "rolling restart");
                }
                default -> throw new IllegalArgumentException(kind);
            }
            String[] result = producer.ask("finish").split(" ");
            figure(kind + ", errors at the client", Double.parseDouble(result[1]));
            figure(kind + ", acknowledged records lost", Double.parseDouble(result[2]));
            figure(kind + ", doubled", Double.parseDouble(result[3]));
            figure(kind + ", reordered", Double.parseDouble(result[4]));
        }
    }

    private int leaderOtherThan(int controller, String topic) throws IOException {
        Set<Integer> leaders = view.leaders(topic);
        leaders.remove(controller);
        return leaders.iterator().next();
    }

    private void comeBack(int node, String topic, Conversation producer, String row)
            throws IOException, InterruptedException {
        producer.ask("window");
        cluster.start(node);
        view.awaitInSync(topic, PARTITIONS);
        settled(producer, row + ", when it comes back");
    }

    private void settled(Conversation producer, String row) throws IOException {
        figure(row + ": longest gap of a partition, ms", Double.parseDouble(producer.ask("settled")));
    }

    private void figure(String row, double value) {
        figures.accept(row, value);
    }
}
