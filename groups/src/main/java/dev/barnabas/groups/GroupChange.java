package dev.barnabas.groups;

/** What only the coordinator knows of a group and forgets when it moves: who is joining, who waits for what. */
sealed interface GroupChange {

    /** The group is this from now on. */
    record Becomes(ClassicGroup group) implements GroupChange {}
}
