package dev.barnabas.groups;

/** A group of any type. Classic groups are the only ones so far. */
sealed interface Group permits ClassicGroup {

    String id();

    /** The type as tools show it. */
    String type();

    /** The state as tools show it. */
    String state();

    /** The protocol type as tools show it; empty if there is none. */
    String shownProtocolType();
}
