package dev.barnabas.client;

/** Where a record has been written; see {@link Delivery#delivered}. */
public record Delivered(TopicPartition partition, long offset, long timestampMs) {}
