package dev.barnabas.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The files of a cluster for development in one folder: for each node {@code node-N.properties}, its settings, which
 * are written once and then left to whoever wants to change them; {@code node-N}, its data; {@code node-N.log}, what it
 * says.
 */
final class LocalCluster {

    private static final int BROKER_AND_CONTROLLER = 2;

    private final Path folder;
    private final int size;

    private LocalCluster(Path folder, int size) {
        this.folder = folder;
        this.size = size;
    }

    /**
     * What is in a folder, or a new cluster in it.
     *
     * @param port the first of two for each node
     * @param httpPort the first of one for each node, for metrics and health
     * @param further settings of all nodes of a new cluster, {@code name=value}
     * @throws Failure if there is a cluster of another size
     */
    static LocalCluster in(Path folder, int size, int port, int httpPort, List<String> further) throws IOException {
        Files.createDirectories(folder);
        Path absolute = folder.toAbsolutePath().normalize();
        if (absolute.toString().indexOf(',') >= 0) {
            throw Failure.usage("the folder " + absolute + " has a comma in its name, which separates directories");
        }
        LocalCluster cluster = new LocalCluster(absolute, size);
        long existing = cluster.existing();
        if (existing == 0) {
            for (int id = 1; id <= size; id++) {
                Files.writeString(
                        cluster.settings(id), String.join("\n", cluster.lines(id, port, httpPort, further)) + "\n");
            }
        } else if (existing != size) {
            throw Failure.usage("there is a cluster of " + Partitions.count(existing, "node") + " in " + absolute
                    + ": start it with --nodes " + existing + ", or choose another folder with --dir");
        } else if (!further.isEmpty()) {
            throw Failure.usage("the cluster in " + absolute
                    + " has its settings already: change them in its files node-N.properties");
        }
        return cluster;
    }

    private long existing() throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches("node-[0-9]+\\.properties"))
                    .count();
        }
    }

    Path folder() {
        return folder;
    }

    List<Integer> ids() {
        return IntStream.rangeClosed(1, size).boxed().toList();
    }

    Path settings(int id) {
        return folder.resolve("node-" + id + ".properties");
    }

    Path data(int id) {
        return folder.resolve("node-" + id);
    }

    Path log(int id) {
        return folder.resolve("node-" + id + ".log");
    }

    private List<String> lines(int id, int port, int httpPort, List<String> further) {
        int broker = port + BROKER_AND_CONTROLLER * (id - 1);
        List<String> lines = new ArrayList<>();
        lines.add("# Node " + id + " of " + size
                + ", written by barnabas cluster start. It is not written again: change what" + " you like.");
        lines.add("node.id=" + id);
        if (size == 1) {
            lines.add("listeners=PLAINTEXT://localhost:" + broker);
        } else {
            lines.add("listeners=PLAINTEXT://localhost:" + broker + ",CONTROLLER://localhost:" + (broker + 1));
            lines.add("controller.listener.names=CONTROLLER");
            lines.add("controller.quorum.voters="
                    + ids().stream()
                            .map(each -> each + "@localhost:" + (port + BROKER_AND_CONTROLLER * (each - 1) + 1))
                            .collect(Collectors.joining(",")));
            int factor = Math.min(3, size);
            lines.add("default.replication.factor=" + factor);
            lines.add("offsets.topic.replication.factor=" + factor);
            lines.add("min.insync.replicas=" + (factor == 3 ? 2 : 1));
        }
        lines.add("log.dirs=" + data(id));
        lines.add("barnabas.http.listener=http://localhost:" + (httpPort + id - 1));
        lines.addAll(further);
        return lines;
    }
}
