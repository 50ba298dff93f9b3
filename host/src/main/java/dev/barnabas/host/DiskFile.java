package dev.barnabas.host;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A handle on a file of a {@link Disk}: bytes that grow at the end. Position 0 is the first byte. After {@link #close}
 * its methods throw an {@link IOException}.
 */
public interface DiskFile {

    /** Where it is, as it was opened. */
    String path();

    /** Bytes in the file, including those not yet on stable storage. */
    long size() throws IOException;

    /**
     * Writes the remaining bytes of all buffers at the end of the file, in one gathering write where possible, into the
     * page cache. The buffers may be reused afterwards; their positions are at their limits.
     *
     * @return the position of the first byte written
     * @throws DiskFullException when there is no space: nothing was appended
     * @throws IOException any other fault; what was appended is undefined until the file is opened anew
     */
    long append(ByteBuffer... buffers) throws IOException;

    /**
     * Reads into the buffer until it is full or the file ends.
     *
     * @return how many bytes were read; 0 at or behind the end
     */
    int read(ByteBuffer into, long position) throws IOException;

    /**
     * Whether these bytes are in memory, as far as the system tells: then reading or sending them is not going to wait
     * for the disk. A hint; false where nobody can tell.
     */
    boolean isInMemory(long position, long bytes);

    /**
     * A hint that these bytes are going to be read: brings them into memory without waiting for them, where that can be
     * done. Not on a loop: handing the work to the disk may take its time.
     */
    void prefetch(long position, long bytes);

    /**
     * A hint that nobody is going to read these bytes soon: takes them out of memory, unless they still have to be
     * written, where that can be done. Not on a loop.
     */
    void uncache(long position, long bytes);

    /** Cuts the file to that size; a larger one than it has is an {@link IllegalArgumentException}. */
    void truncate(long size) throws IOException;

    /**
     * A hint that the file is going to grow to about this size, so that space can be reserved without changing
     * {@link #size}. Appends that run beside syncs are much calmer then (DESIGN.md, Group commit). What is not used is
     * given back by {@link #truncate}, also to the size that the file has.
     */
    void preallocate(long bytes) throws IOException;

    /** Gives the handle up. Regions of it that are being sent are still sent. */
    void close();
}
