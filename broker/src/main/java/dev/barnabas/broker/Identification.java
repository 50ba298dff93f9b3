package dev.barnabas.broker;

import dev.barnabas.host.Disk;
import dev.barnabas.host.Entropy;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.Uuid;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Finds out whose the data directories are: first, before anything is written to them, whether they belong together;
 * then, when the cluster is known, whether they belong to it, and gives those that are new an identity. A directory
 * that cannot be read or written has failed; one that belongs to somebody else is a mistake, with which no node starts.
 * Owned by the first loop.
 */
final class Identification {

    private final Storage storage;
    private final int nodeId;
    private final Loop loop;
    private final Entropy entropy;
    private final boolean elsewhere;
    /** By index. What has failed is not among them. */
    private final Map<Integer, Seen> seen = new TreeMap<>();

    /** What the first directory is called from now on if it has no id yet. */
    private final Uuid idOfNewFirst;

    /** @param elsewhere whether the cluster's metadata may be with other nodes */
    Identification(Storage storage, int nodeId, boolean elsewhere, Loop loop, Entropy entropy) {
        this.storage = storage;
        this.nodeId = nodeId;
        this.loop = loop;
        this.entropy = entropy;
        this.elsewhere = elsewhere;
        this.idOfNewFirst = new Uuid(entropy.nextLong(), entropy.nextLong());
    }

    /** @param metadata whether there is a folder of the metadata log */
    private record Seen(Optional<DirectoryIdentity> identity, boolean metadata) {

        static Seen look(Disk disk) throws IOException {
            return new Seen(DirectoryIdentity.read(disk), disk.list("").contains(Storage.METADATA_FOLDER + "/"));
        }
    }

    /** Reads all identities. */
    void read(Disk.Completion<Boolean> then) {
        read(0, then);
    }

    private void read(int index, Disk.Completion<Boolean> then) {
        if (index == storage.directories().size()) {
            Optional<String> wrong = contradiction();
            if (wrong.isPresent()) {
                then.failed(new IOException(wrong.get()));
            } else {
                then.done(true);
            }
            return;
        }
        DataDirectory directory = storage.directories().get(index);
        Optional<Disk> usable = directory.disk();
        if (usable.isEmpty()) {
            read(index + 1, then);
            return;
        }
        Disk disk = usable.get();
        Consumer<Seen> next = found -> {
            seen.put(index, found);
            read(index + 1, then);
        };
        disk.offload(() -> Seen.look(disk), loop, orWithout(directory, next, () -> read(index + 1, then), then));
    }

    /** The id of the first directory, which is written to it later if it is new. */
    Uuid firstId() {
        Seen first = seen.get(0);
        return first == null
                ? idOfNewFirst
                : first.identity.map(DirectoryIdentity::id).orElse(idOfNewFirst);
    }

    private Optional<String> contradiction() {
        Map<Uuid, String> names = new HashMap<>();
        String clusterId = null;
        String known = "";
        for (Map.Entry<Integer, Seen> each : seen.entrySet()) {
            if (each.getValue().identity.isEmpty()) {
                continue;
            }
            String name = name(each.getKey());
            DirectoryIdentity identity = each.getValue().identity.get();
            if (identity.nodeId() != nodeId) {
                return Optional.of("the data in " + name + " belongs to node " + identity.nodeId() + ", not to node "
                        + nodeId + "; start with --set node.id=" + identity.nodeId()
                        + " or with another --set log.dirs=DIRECTORY");
            }
            String same = names.put(identity.id(), name);
            if (same != null) {
                return Optional.of("the directories " + same + " and " + name
                        + " carry the same id in their " + DirectoryIdentity.FILE
                        + ", so one is a copy of the other: take it out of log.dirs");
            }
            if (clusterId == null) {
                clusterId = identity.clusterId();
                known = name;
            } else if (!clusterId.equals(identity.clusterId())) {
                return Optional.of("the directory " + known + " belongs to the cluster " + clusterId + ", but " + name
                        + " belongs to the cluster " + identity.clusterId() + ": name only one of them in log.dirs");
            }
        }
        Seen first = seen.get(0);
        if (clusterId == null || first == null || first.metadata || elsewhere) {
            return Optional.empty();
        }
        Optional<Integer> metadata = seen.entrySet().stream()
                .filter(other -> other.getValue().metadata)
                .map(Map.Entry::getKey)
                .findFirst();
        return Optional.of("the first of log.dirs, " + name(0) + ", holds no cluster metadata, but the directory "
                + known + " belongs to the cluster " + clusterId + ". "
                + metadata.map(index -> "Name " + name(index) + " first, which has it")
                        .orElse("Name the directory first that has a folder " + Storage.METADATA_FOLDER
                                + "; if it is lost, take " + known + " out of log.dirs to start a new cluster"));
    }

    /** Compares with the cluster that is in the metadata, and writes what is missing. */
    void complete(String clusterId, Disk.Completion<Boolean> then) {
        complete(0, clusterId, then);
    }

    private void complete(int index, String clusterId, Disk.Completion<Boolean> then) {
        if (index == storage.directories().size()) {
            then.done(true);
            return;
        }
        DataDirectory directory = storage.directories().get(index);
        Seen found = seen.get(index);
        Optional<Disk> usable = directory.disk();
        if (found == null || usable.isEmpty()) {
            complete(index + 1, clusterId, then);
            return;
        }
        if (found.identity.isEmpty()) {
            Uuid id = index == 0 ? idOfNewFirst : new Uuid(entropy.nextLong(), entropy.nextLong());
            DirectoryIdentity identity = new DirectoryIdentity(clusterId, nodeId, id);
            Consumer<DirectoryIdentity> next = written -> {
                directory.identify(written.id());
                complete(index + 1, clusterId, then);
            };
            identity.write(
                    usable.get(), loop, orWithout(directory, next, () -> complete(index + 1, clusterId, then), then));
            return;
        }
        DirectoryIdentity identity = found.identity.get();
        if (!identity.clusterId().equals(clusterId)) {
            then.failed(new IOException("the directory " + directory.name() + " belongs to the cluster "
                    + identity.clusterId() + ", but the metadata in " + name(0) + " is that of the cluster "
                    + clusterId));
            return;
        }
        directory.identify(identity.id());
        complete(index + 1, clusterId, then);
    }

    /** Goes on without a directory that fails, unless it is the first. */
    private <T> Disk.Completion<T> orWithout(
            DataDirectory directory, Consumer<T> next, Runnable without, Disk.Completion<Boolean> then) {
        return new Disk.Completion<>() {
            @Override
            public void done(T result) {
                next.accept(result);
            }

            @Override
            public void failed(IOException fault) {
                if (directory.index() == 0) {
                    then.failed(fault);
                } else {
                    Storage.startWithout(directory, fault);
                    without.run();
                }
            }
        };
    }

    private String name(int index) {
        return storage.directories().get(index).name();
    }
}
