package dev.barnabas.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Three nodes to be measured, each a voter and a broker, numbered from 1. */
interface ClusterSubject {

    int NODES = 3;

    String name();

    /** What has to be run once before a node's first start, if anything; the time it takes is part of a fresh start. */
    List<List<String>> preparations(Node node) throws IOException;

    /** The command of the node itself: what it starts must be this very process. */
    List<String> command(Node node) throws IOException;

    /**
     * Whether Metadata names the active controller. Kafka names any broker that is alive there, and tells the truth in
     * DescribeQuorum.
     */
    boolean metadataNamesController();

    /**
     * A node's place.
     *
     * @param port the first one of the cluster
     */
    record Node(int id, Path directory, int port) {

        int clientPort() {
            return port + id;
        }

        int controllerPort() {
            return port + 10 + id;
        }

        int httpPort() {
            return port + 20 + id;
        }

        String listeners() {
            return "PLAINTEXT://127.0.0.1:" + clientPort() + ",CONTROLLER://127.0.0.1:" + controllerPort();
        }

        String voters() {
            return voter(1) + "," + voter(2) + "," + voter(3);
        }

        private String voter(int node) {
            return node + "@127.0.0.1:" + (port + 10 + node);
        }
    }
}
