package dev.barnabas.broker;

import dev.barnabas.host.Disk;
import dev.barnabas.host.Loop;
import dev.barnabas.metadata.EmbeddedMetadataLog;
import dev.barnabas.metadata.MetadataLog;
import dev.barnabas.protocol.Uuid;

/** Opens the metadata log that a node is to take part in: one of its own, or that of a cluster. */
public interface MetadataLogs {

    /** Each node for itself. */
    MetadataLogs EMBEDDED = new MetadataLogs() {
        @Override
        public boolean isShared() {
            return false;
        }

        @Override
        public void open(Place place, Disk.Completion<MetadataLog> then) {
            EmbeddedMetadataLog.open(
                    place.disk, place.folder, place.nodeId, place.directoryId, place.loop, new Disk.Completion<>() {
                        @Override
                        public void done(EmbeddedMetadataLog log) {
                            then.done(log);
                        }

                        @Override
                        public void failed(java.io.IOException fault) {
                            then.failed(fault);
                        }
                    });
        }
    };

    /** Whether other nodes may take part, too. */
    boolean isShared();

    /** @param then called on the place's loop */
    void open(Place place, Disk.Completion<MetadataLog> then);

    /**
     * Where a node keeps its part of a metadata log.
     *
     * @param directoryId the directory's; {@link Uuid#ZERO} if it has none yet
     * @param directory the directory's name, as the operator has it in {@code log.dirs}
     * @param disk the directory
     * @param folder in the directory, for a log of the node's own
     * @param loop owns the log
     */
    record Place(int nodeId, Uuid directoryId, String directory, Disk disk, String folder, Loop loop) {}
}
