package dev.barnabas.host.live;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open file descriptor with a count of who uses it: the cache, calls in flight, and transfers to sockets. The last
 * one closes it. From any thread.
 */
final class Descriptor {
    private static final Logger LOG = LoggerFactory.getLogger(Descriptor.class);

    private final OpenFile file;
    private final FileChannel channel;
    private final Executor background;
    private final AtomicInteger users = new AtomicInteger(1);

    /** Set by use, cleared by the cache's hand: what was not used for a round goes first. */
    volatile boolean used = true;

    /**
     * With one user: the caller.
     *
     * @param background where deleted files are closed
     */
    Descriptor(OpenFile file, FileChannel channel, Executor background) {
        this.file = file;
        this.channel = channel;
        this.background = background;
    }

    FileChannel channel() {
        return channel;
    }

    OpenFile file() {
        return file;
    }

    /** Adds a user, unless it is closed already. */
    boolean retain() {
        int now = users.get();
        while (now > 0) {
            if (users.compareAndSet(now, now + 1)) {
                return true;
            }
            now = users.get();
        }
        return false;
    }

    /** Whether nobody but the cache uses it. */
    boolean idle() {
        return users.get() == 1;
    }

    void release() {
        if (users.decrementAndGet() > 0) {
            return;
        }
        if (file.changed()) {
            // A write-back error would go to nobody from now on, but to syncfs.
            file.unwatched = true;
        }
        if (file.unlinked) {
            // The last close of a deleted file gives its space back, which takes long for a large one.
            background.execute(this::close);
        } else {
            close();
        }
    }

    private void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.atWarn().setCause(e).addKeyValue("file", file.path).log("closing a file failed");
        }
    }
}
