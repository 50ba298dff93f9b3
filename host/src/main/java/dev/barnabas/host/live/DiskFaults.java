package dev.barnabas.host.live;

import dev.barnabas.host.DiskFullException;
import java.io.IOException;

/** Tells a full disk from a broken one. */
final class DiskFaults {
    private DiskFaults() {}

    /** A full disk as {@link DiskFullException}; anything else as it is. */
    static IOException translate(IOException fault, String what) {
        return full(fault) ? fullDisk(fault, what) : fault;
    }

    static DiskFullException fullDisk(IOException fault, String what) {
        DiskFullException full = new DiskFullException(what + ": " + fault.getMessage());
        full.initCause(fault);
        return full;
    }

    /** Java has the system's message only: ENOSPC and EDQUOT, unless the locale translates them. */
    static boolean full(IOException fault) {
        String message = fault.getMessage();
        return message != null && (message.contains("No space left") || message.contains("quota exceeded"));
    }
}
