package dev.barnabas.broker;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.Uuid;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * Whose a data directory is: a small file in it, with the name and the fields that Kafka's has (KIP-631, KIP-858). With
 * it a directory is known wherever it is mounted, and an empty one that was mounted in its place is not taken for it.
 *
 * @param id of the directory
 */
record DirectoryIdentity(String clusterId, int nodeId, Uuid id) {

    static final String FILE = "meta.properties";

    private static final String TEMPORARY = FILE + ".tmp";
    private static final int MAX_BYTES = 64 << 10;
    private static final String VERSION = "1";

    /**
     * What is written in a directory; empty if nothing is. Blocks.
     *
     * @throws IOException when it cannot be read or makes no sense
     */
    static Optional<DirectoryIdentity> read(Disk disk) throws IOException {
        if (!disk.exists(FILE)) {
            return Optional.empty();
        }
        DiskFile file = disk.open(FILE);
        try {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(MAX_BYTES, file.size()));
            file.read(bytes, 0);
            return Optional.of(parse(StandardCharsets.UTF_8.decode(bytes.flip()).toString()));
        } catch (IllegalArgumentException e) {
            throw new IOException("the file " + FILE + " in " + disk.name() + " is damaged: " + e.getMessage(), e);
        } finally {
            file.close();
        }
    }

    static DirectoryIdentity parse(String text) throws IOException {
        Properties fields = new Properties();
        fields.load(new StringReader(text));
        String version = field(fields, "version");
        if (!version.equals(VERSION)) {
            throw new IllegalArgumentException("it is of version " + version);
        }
        return new DirectoryIdentity(
                field(fields, "cluster.id"),
                Integer.parseInt(field(fields, "node.id")),
                Uuid.parse(field(fields, "directory.id")));
    }

    private static String field(Properties fields, String name) {
        String value = fields.getProperty(name);
        if (value == null) {
            throw new IllegalArgumentException("it has no " + name);
        }
        return value;
    }

    /** The content of the file. */
    String text() {
        return "# Whose this data directory is; do not change or copy it.\nversion=" + VERSION + "\ncluster.id="
                + clusterId + "\nnode.id=" + nodeId + "\ndirectory.id=" + id + "\n";
    }

    /** Writes it; it is there as a whole or not at all, and on stable storage when this is done. */
    void write(Disk disk, Loop loop, Disk.Completion<DirectoryIdentity> then) {
        Disk.Work<DiskFile> writing = () -> {
            disk.delete(TEMPORARY);
            DiskFile file = disk.open(TEMPORARY);
            file.append(ByteBuffer.wrap(text().getBytes(StandardCharsets.UTF_8)));
            return file;
        };
        disk.offload(writing, loop, new Disk.Completion<>() {
            @Override
            public void done(DiskFile file) {
                disk.sync(List.of(file), loop, fault -> {
                    file.close();
                    if (fault != null) {
                        then.failed(fault);
                    } else {
                        publish(disk, loop, then);
                    }
                });
            }

            @Override
            public void failed(IOException fault) {
                then.failed(fault);
            }
        });
    }

    private void publish(Disk disk, Loop loop, Disk.Completion<DirectoryIdentity> then) {
        try {
            disk.rename(TEMPORARY, FILE);
        } catch (IOException fault) {
            then.failed(fault);
            return;
        }
        disk.syncDirectory("", loop, fault -> {
            if (fault != null) {
                then.failed(fault);
            } else {
                then.done(this);
            }
        });
    }
}
