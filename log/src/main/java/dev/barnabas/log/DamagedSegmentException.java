package dev.barnabas.log;

import java.io.IOException;

/** Something in the middle of a segment is not a batch that could be there. */
final class DamagedSegmentException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedSegmentException(String path, int position, String what) {
        super(path + " is damaged at position " + position + ": " + what);
    }
}
