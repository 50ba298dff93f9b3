package dev.barnabas.host;

import java.io.IOException;

/** There is no space left on the disk. Unlike other faults it passes when something is deleted. */
public final class DiskFullException extends IOException {
    private static final long serialVersionUID = 1L;

    public DiskFullException(String message) {
        super(message);
    }
}
