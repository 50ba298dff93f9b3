package dev.barnabas.replication;

/** How safe records must be before their producer is told ({@code acks}). */
public enum Acks {
    /** {@code acks=0}: in the page cache; nobody is told. */
    NONE,
    /** {@code acks=1}: stable on the leader. */
    LEADER,
    /** {@code acks=all}: stable on every in-sync replica. */
    ALL;

    public static boolean isValid(short onTheWire) {
        return onTheWire >= -1 && onTheWire <= 1;
    }

    /** From the number in a produce request, which must be {@linkplain #isValid valid}. */
    public static Acks of(short onTheWire) {
        return switch (onTheWire) {
            case 0 -> NONE;
            case 1 -> LEADER;
            case -1 -> ALL;
            default -> throw new IllegalArgumentException("acks is -1, 0 or 1, not " + onTheWire);
        };
    }
}
