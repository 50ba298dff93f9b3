package dev.barnabas.log;

import java.io.IOException;

/** Something in the middle of a segment is not a batch that could be there. */
final class DamagedSegmentException extends IOException {
    private static final long serialVersionUID = 1L;

    private final LogDamage damage;

    /** @param offset of the first record that is damaged, as far as that can be told */
    DamagedSegmentException(String path, int position, long offset, String what) {
        super(path + " is damaged at position " + position + ": " + what);
        this.damage = new LogDamage(path, position, offset, what, 0);
    }

    LogDamage damage() {
        return damage;
    }
}
