package dev.barnabas.broker;

import dev.barnabas.host.Disk;
import dev.barnabas.host.Loop;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when a directory has failed. A failed sync is final. Anything else that goes wrong may concern one partition
 * alone (a sector that cannot be read); then the directory is tried, and if it does not work, it has failed. What has
 * failed stays so until the node is started again.
 *
 * <p>The methods may be called on any loop; the state is the first loop's.
 */
final class DirectoryFaults {

    private static final Logger log = LoggerFactory.getLogger(DirectoryFaults.class);

    private final List<DataDirectory> directories;
    private final Loop loop;
    private final Outcome outcome;
    private final Set<Integer> beingTried = new HashSet<>();

    /** What follows when a directory has failed; called on the first loop, once for each. */
    interface Outcome {

        /** The node goes on without it. */
        void goOnWithout(DataDirectory directory, IOException fault);

        /** The node cannot go on without it. */
        void halt(DataDirectory directory, IOException fault);
    }

    DirectoryFaults(List<DataDirectory> directories, Loop loop, Outcome outcome) {
        this.directories = List.copyOf(directories);
        this.loop = loop;
        this.outcome = outcome;
    }

    /** Something went wrong in a directory. */
    void suspect(int index) {
        loop.execute(() -> {
            DataDirectory directory = directories.get(index);
            Optional<Disk> disk = directory.disk();
            if (disk.isPresent() && beingTried.add(index)) {
                DirectoryProbe.run(directory, disk.get(), loop, fault -> {
                    beingTried.remove(index);
                    if (fault != null) {
                        fail(directory, fault);
                    }
                });
            }
        });
    }

    /** A directory is not to be used any more. */
    void failed(int index, IOException fault) {
        loop.execute(() -> fail(directories.get(index), fault));
    }

    private void fail(DataDirectory directory, IOException fault) {
        if (directory.hasFailed()) {
            return;
        }
        directory.fail();
        if (directory.index() == 0) {
            outcome.halt(directory, fault);
            return;
        }
        log.error(
                "A directory has failed; what is in it is offline until the node is started again directory={}"
                        + " partitions={} why={}",
                directory.name(),
                directory.replicas(),
                fault.getMessage(),
                fault);
        outcome.goOnWithout(directory, fault);
    }
}
