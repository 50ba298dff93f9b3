package dev.barnabas.broker;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.host.Loop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A note in the first directory that everything of a registration is on stable storage, since the node has stopped in
 * order (KIP-966). With it the next registration says that nothing was lost, which matters for topics that acknowledge
 * before that ({@code barnabas.durability=after-write}). It is taken away, durably, before anything is written again.
 */
final class CleanStop {

    /** What the next registration says if there is no note. */
    static final long UNKNOWN = -1;

    private static final String FILE = "clean-stop";
    private static final int MAX_BYTES = 1_000;
    /** With an end, since a note that was torn says nothing. */
    private static final Pattern TEXT = Pattern.compile("version=1\nbroker\\.epoch=([0-9]{1,18})\nend\n");

    private CleanStop() {}

    /** Notes it, after everything else was closed; whatever comes of it, {@code then} is called. */
    static void note(Disk disk, long brokerEpoch, Loop loop, Runnable then) {
        String text = "version=1\nbroker.epoch=" + brokerEpoch + "\nend\n";
        DiskFile file;
        try {
            disk.delete(FILE);
            file = disk.open(FILE);
            file.append(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException none) {
            // Then the next start does not know, and assumes the worst.
            then.run();
            return;
        }
        disk.sync(List.of(file), loop, _ -> {
            file.close();
            then.run();
        });
    }

    /** The epoch of the registration that was noted, or {@link #UNKNOWN}; from now on there is no note. */
    static void take(Disk disk, Loop loop, Disk.Completion<Long> then) {
        disk.offload(() -> read(disk), loop, new Disk.Completion<>() {
            @Override
            public void done(Long noted) {
                if (noted == UNKNOWN) {
                    then.done(noted);
                    return;
                }
                disk.syncDirectory("", loop, fault -> {
                    if (fault != null) {
                        then.failed(fault);
                    } else {
                        then.done(noted);
                    }
                });
            }

            @Override
            public void failed(IOException fault) {
                then.failed(fault);
            }
        });
    }

    private static long read(Disk disk) throws IOException {
        if (!disk.exists(FILE)) {
            return UNKNOWN;
        }
        DiskFile file = disk.open(FILE);
        ByteBuffer bytes;
        try {
            bytes = ByteBuffer.allocate((int) Math.min(MAX_BYTES, file.size()));
            file.read(bytes, 0);
        } finally {
            file.close();
        }
        disk.delete(FILE);
        Matcher text = TEXT.matcher(StandardCharsets.UTF_8.decode(bytes.flip()));
        return text.matches() ? Long.parseLong(text.group(1)) : UNKNOWN;
    }
}
