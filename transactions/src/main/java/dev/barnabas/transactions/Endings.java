package dev.barnabas.transactions;

import dev.barnabas.coordinator.ShardLog;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.transactions.MarkerSender.Sending;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What follows outside from the decisions of one leadership of a shard: markers of ending transactions are on the way,
 * and what becomes of them is put to the shard. Owned by the shard's loop.
 */
final class Endings {
    private static final Logger LOG = LoggerFactory.getLogger(Endings.class);

    /** How soon the end of a transaction is stored again if that was refused. */
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final MarkerSender markers;
    private final Requests requests;
    private final Loop loop;
    private final int coordinatorEpoch;
    private final Map<String, Sending> sendings = new HashMap<>();
    private boolean closed;

    Endings(MarkerSender markers, Requests requests, ShardLog log) {
        this.markers = markers;
        this.requests = requests;
        this.loop = log.loop();
        this.coordinatorEpoch = log.leaderEpoch();
    }

    /** How it comes back to the shard: like anybody's requests. */
    interface Requests {

        /** @param then gets NONE when it is stored and committed, or needs not be */
        void settled(Transaction ending, Collection<TopicPartition> partitions, Consumer<ErrorCode> then);

        void abort(Transaction overdue, Loop loop);
    }

    /** It is committed how a transaction ends: its partitions are told. */
    void begin(Transaction ending) {
        if (ending.partitions().isEmpty()) {
            settled(ending, List.of());
            return;
        }
        Sending sending = markers.send(ending.marker(coordinatorEpoch), ending.partitions(), loop, new Results(ending));
        sendings.put(ending.id(), sending);
    }

    /** A transaction has been open for too long. */
    void overdue(Transaction transaction) {
        requests.abort(transaction, loop);
    }

    /** The leadership is over: whoever leads next sends what is still to be sent. */
    void close() {
        closed = true;
        sendings.values().forEach(Sending::cancel);
        sendings.clear();
    }

    private void settled(Transaction ending, Collection<TopicPartition> partitions) {
        if (closed) {
            return;
        }
        requests.settled(ending, partitions, error -> {
            if (error != ErrorCode.NONE && !closed) {
                loop.schedule(RETRY, () -> settled(ending, partitions));
            }
        });
    }

    private final class Results implements MarkerSender.Results {
        private final Transaction ending;
        private int left;

        private Results(Transaction ending) {
            this.ending = ending;
            this.left = ending.partitions().size();
        }

        @Override
        public void settled(Collection<TopicPartition> partitions) {
            left -= partitions.size();
            if (left == 0) {
                sendings.remove(ending.id());
            }
            Endings.this.settled(ending, partitions);
        }

        @Override
        public void refused(TopicPartition partition, ErrorCode why) {
            // The transaction stays as it is, for the coordinator that has taken over to end it.
            LOG.atWarn()
                    .setMessage("a partition refuses the end of a transaction")
                    .addKeyValue("transactionalId", ending.id())
                    .addKeyValue("partition", partition)
                    .addKeyValue("coordinatorEpoch", coordinatorEpoch)
                    .addKeyValue("why", why)
                    .log();
        }
    }
}
