package dev.barnabas.cli;

/** What is the matter with a group, at worst. */
enum GroupHealth {
    WELL("ok"),
    /** It has no members, and there are records that it has not read. */
    DESERTED("nobody reads"),
    /** It is behind, and gets nearer. */
    BEHIND("behind"),
    /** It gets on, and more is produced than it reads. */
    TOO_SLOW("too slow"),
    /** Its partitions are being given to its members. */
    REBALANCING("rebalancing"),
    /** Somebody has a partition and does not get on in it. */
    STUCK("stuck");

    private final String words;

    GroupHealth(String words) {
        this.words = words;
    }

    GroupHealth worse(GroupHealth other) {
        return compareTo(other) >= 0 ? this : other;
    }

    /** For people. */
    @Override
    public String toString() {
        return words;
    }

    /** For programs. */
    String code() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
