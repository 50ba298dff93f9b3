package dev.barnabas.log;

/**
 * What a log knows of a producer (DescribeProducers).
 *
 * @param lastSequence -1 if its batches are all forgotten
 * @param lastTimestampMs greatest timestamp of its last batch
 * @param coordinatorEpoch of its last transaction marker, or -1
 * @param transactionStartOffset where its open transaction begins, or -1
 */
public record ProducerSummary(
        long producerId,
        short producerEpoch,
        int lastSequence,
        long lastTimestampMs,
        int coordinatorEpoch,
        long transactionStartOffset) {}
