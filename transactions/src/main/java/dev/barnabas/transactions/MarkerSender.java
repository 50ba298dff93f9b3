package dev.barnabas.transactions;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import java.util.Collection;

/**
 * Brings markers to the leaders of partitions (WriteTxnMarkers), and does not give up: a leader that moves, does not
 * answer or cannot write for the moment is asked again until each partition is settled. Called on any loop.
 */
public interface MarkerSender {

    /**
     * Sends a marker to each of the partitions.
     *
     * @param partitions not empty, each once
     * @param loop where {@code then} is called, never before this method has returned
     * @return lets the sending be ended
     */
    Sending send(Marker marker, Collection<TopicPartition> partitions, Loop loop, Results then);

    /** What has become of a marker. Each partition is named once, in one of the two calls, unless it is cancelled. */
    interface Results {

        /** The marker is written and committed there, or the topic does not exist any more. */
        void settled(Collection<TopicPartition> partitions);

        /**
         * The marker will never be written there, and is not sent there again.
         *
         * @param why TRANSACTION_COORDINATOR_FENCED: another coordinator has taken over; INVALID_PRODUCER_EPOCH: the
         *     partition has seen a later epoch of the producer, so somebody has taken over too
         */
        void refused(TopicPartition partition, ErrorCode why);
    }

    /** A sending that is under way. */
    interface Sending {

        /**
         * Nothing more is sent, and {@link Results} is not called any more. What is on its way may still be written. On
         * the loop that was given; harmless when all is settled.
         */
        void cancel();
    }
}
