package dev.barnabas.log;

/** A batch whose CRC fits, but which no log should have accepted. */
final class DamagedBatchException extends Exception {
    private static final long serialVersionUID = 1L;

    DamagedBatchException(String what) {
        super(what);
    }
}
