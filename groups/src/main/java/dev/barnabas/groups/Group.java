package dev.barnabas.groups;

/** A group: one of the classic protocol, one of the consumer protocol, a share group, or a streams application. */
sealed interface Group permits ClassicGroup, ConsumerGroup, ShareGroup, StreamsGroup {

    String id();

    /** The type as tools show it. */
    String type();

    /** The state as tools show it. */
    String state();

    /** Whether it has no members. */
    boolean isEmpty();

    /** How many members it has. */
    int size();

    /** Whether its members read from the topic, as far as one can know. */
    boolean isSubscribedTo(String topic);

    /** The protocol type as tools show it; empty if there is none. */
    String shownProtocolType();
}
