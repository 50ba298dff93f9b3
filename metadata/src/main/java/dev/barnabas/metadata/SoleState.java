package dev.barnabas.metadata;

import dev.barnabas.host.Disk;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.protocol.Uuid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * All that a node which was alone has agreed on with itself: what a cluster begins with when the node grows into one.
 *
 * @param lastOffset of the last entry whose effect is in the state
 * @param state in the form of a snapshot
 */
public record SoleState(long lastOffset, ByteBuffer state) {

    /** Reads it from an embedded log, which stays as it is; there is none if the node has never been started alone. */
    public static void read(Disk disk, String folder, Loop loop, Disk.Completion<Optional<SoleState>> then) {
        loop.requireCurrent();
        EmbeddedMetadataLog.open(disk, folder, 0, Uuid.ZERO, loop, new Disk.Completion<>() {
            @Override
            public void done(EmbeddedMetadataLog log) {
                log.subscribe(0, new Reading(log, then));
            }

            @Override
            public void failed(IOException fault) {
                then.failed(fault);
            }
        });
    }

    private static final class Reading implements MetadataLog.Subscriber {
        private final EmbeddedMetadataLog log;
        private final Disk.Completion<Optional<SoleState>> then;
        private ClusterImage image = ClusterImage.EMPTY;
        private boolean over;

        Reading(EmbeddedMetadataLog log, Disk.Completion<Optional<SoleState>> then) {
            this.log = log;
            this.then = then;
        }

        @Override
        public void restored(long lastOffset, ByteBuffer state) {
            try {
                image = Snapshot.decode(state);
            } catch (MalformedMessageException malformed) {
                failed(new IOException("the snapshot of the metadata cannot be read", malformed));
            }
        }

        @Override
        public void committed(long offset, ByteBuffer bytes) {
            try {
                LogEntry entry = LogEntry.decode(bytes);
                image = entry.basis() == image.stamp() ? image.apply(entry, offset) : image.passing(offset);
            } catch (MalformedMessageException malformed) {
                failed(new IOException("the metadata at " + offset + " cannot be read", malformed));
            }
        }

        /** An embedded log has nobody else to lead it: then everything has been delivered. */
        @Override
        public void leading() {
            if (!over) {
                over = true;
                log.close();
                then.done(
                        image.clusterId().isEmpty()
                                ? Optional.empty()
                                : Optional.of(new SoleState(image.lastOffset(), Snapshot.encode(image))));
            }
        }

        @Override
        public void following() {
            // It always leads.
        }

        @Override
        public void leaderChanged() {
            // It always leads.
        }

        @Override
        public void failed(IOException fault) {
            if (!over) {
                over = true;
                log.close();
                then.failed(fault);
            }
        }
    }
}
