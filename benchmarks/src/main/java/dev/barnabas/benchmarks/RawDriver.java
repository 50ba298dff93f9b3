package dev.barnabas.benchmarks;

import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.message.FetchResponse;
import dev.barnabas.protocol.record.RecordBatch;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Drives a broker with requests that were encoded beforehand, so that the client is not what limits it: a few
 * connections, each with some requests under way, each request with one batch for one partition.
 */
final class RawDriver {

    private static final int CONNECTIONS = 4;
    private static final int IN_FLIGHT = 5;

    private final InetSocketAddress broker;

    RawDriver(InetSocketAddress broker) {
        this.broker = broker;
    }

    /**
     * What a run took.
     *
     * @param bytes of record batches
     * @param p50 milliseconds from a request to its response, like the others
     */
    record Driven(long bytes, long requests, double seconds, double p50, double p99, double p999) {

        double megabytesPerSecond() {
            return bytes / 1e6 / seconds;
        }

        double requestsPerSecond() {
            return requests / seconds;
        }
    }

    /** Creates a topic, unless it is there, and waits until each of its partitions has taken a record. */
    void createTopic(String topic, int partitions) throws IOException, InterruptedException {
        try (RawConnection connection = new RawConnection(broker)) {
            connection.send(RawRequests.createTopic(topic, partitions, 1));
            RawRequests.requireCreated(connection.receive());
            ByteBuffer record = RawRequests.batch(1, 100);
            for (int partition = 0; partition < partitions; partition++) {
                connection.send(RawRequests.produce(topic, partition, record));
                // Kafka answers before the partition can be written to.
                while (RawRequests.isNotOpenYet(connection.receive())) {
                    Thread.sleep(2);
                    connection.send(RawRequests.produce(topic, partition, record));
                }
            }
        }
    }

    /**
     * Produces with acks=all.
     *
     * @param batchBytes the batches are filled up to this size, with at least one record
     */
    Driven produce(String topic, int partitions, long megabytes, int batchBytes, int recordBytes)
            throws IOException, InterruptedException {
        ByteBuffer batch = RawRequests.batch(batchBytes, recordBytes);
        List<ByteBuffer> frames = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            frames.add(RawRequests.produce(topic, partition, batch.duplicate()));
        }
        long each = megabytes * 1_000_000 / batch.remaining() / CONNECTIONS;
        return drive(number -> new Producing(frames, each, number, batch.remaining()));
    }

    /** Reads a topic from the beginning, each connection all of it; it must have so many bytes. */
    Driven fetch(String topic, int partitions, long megabytes) throws IOException, InterruptedException {
        return drive(number -> new Fetching(topic, partitions, megabytes * 1_000_000));
    }

    private Driven drive(IntFunction<Work> works) throws IOException, InterruptedException {
        List<Run> runs = new ArrayList<>();
        for (int number = 0; number < CONNECTIONS; number++) {
            runs.add(new Run(works.apply(number)));
        }
        long begin = System.nanoTime();
        try (ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS)) {
            List<Future<@Nullable Void>> all = new ArrayList<>();
            runs.forEach(run -> all.add(threads.submit(run)));
            for (Future<@Nullable Void> run : all) {
                run.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("the driver failed", e.getCause());
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        long[] latencies = runs.stream().flatMapToLong(Run::latencies).sorted().toArray();
        return new Driven(
                runs.stream().mapToLong(run -> run.work.bytes()).sum(),
                latencies.length,
                seconds,
                at(latencies, 0.5),
                at(latencies, 0.99),
                at(latencies, 0.999));
    }

    private static double at(long[] sorted, double part) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) (sorted.length * part)] / 1e6;
    }

    /** What one connection has to do. Owned by the thread of the connection. */
    private interface Work {

        /** The next request; null if there is none, or none before the response that is under way has come. */
        @Nullable
        ByteBuffer next();

        void answered(ByteBuffer response) throws IOException;

        /** Bytes of batches so far. */
        long bytes();
    }

    private static final class Producing implements Work {
        private final List<ByteBuffer> frames;
        private final int batchBytes;
        private long left;
        private long answered;
        private int turn;

        Producing(List<ByteBuffer> frames, long requests, int number, int batchBytes) {
            this.frames = frames;
            this.left = requests;
            this.turn = number;
            this.batchBytes = batchBytes;
        }

        @Override
        public @Nullable ByteBuffer next() {
            if (left == 0) {
                return null;
            }
            left--;
            return frames.get(turn++ % frames.size());
        }

        @Override
        public void answered(ByteBuffer response) throws IOException {
            RawRequests.requireProduced(response);
            answered++;
        }

        @Override
        public long bytes() {
            return answered * batchBytes;
        }
    }

    private static final class Fetching implements Work {
        private final String topic;
        private final long[] positions;
        private final long wanted;
        private long read;
        private boolean waiting;

        Fetching(String topic, int partitions, long wanted) {
            this.topic = topic;
            this.positions = new long[partitions];
            this.wanted = wanted;
        }

        @Override
        public @Nullable ByteBuffer next() {
            if (waiting || read >= wanted) {
                return null;
            }
            waiting = true;
            return RawRequests.fetch(topic, positions);
        }

        @Override
        public void answered(ByteBuffer response) throws IOException {
            waiting = false;
            for (FetchResponse.PartitionData partition : RawRequests.fetched(response)) {
                if (partition.records() instanceof MemoryRecords records) {
                    advance(partition.partitionIndex(), records.buffer());
                }
            }
        }

        private void advance(int partition, ByteBuffer batches) {
            int position = batches.position();
            while (batches.limit() - position >= RecordBatch.HEADER_BYTES) {
                RecordBatch batch = RecordBatch.header(batches, position);
                if (batches.limit() - position < batch.sizeInBytes()) {
                    return;
                }
                positions[partition] = batch.lastOffset() + 1;
                position += batch.sizeInBytes();
                read += batch.sizeInBytes();
            }
        }

        @Override
        public long bytes() {
            return read;
        }
    }

    /** One connection. */
    private final class Run implements Callable<@Nullable Void> {
        private final Work work;
        private final Queue<Long> sentAt = new ArrayDeque<>();
        private long[] latencies = new long[1 << 10];
        private int count;

        Run(Work work) {
            this.work = work;
        }

        LongStream latencies() {
            return Arrays.stream(latencies, 0, count);
        }

        @Override
        public @Nullable Void call() throws IOException {
            try (RawConnection connection = new RawConnection(broker)) {
                ByteBuffer next = work.next();
                while (next != null || !sentAt.isEmpty()) {
                    while (next != null && sentAt.size() < IN_FLIGHT) {
                        sentAt.add(System.nanoTime());
                        connection.send(next);
                        next = work.next();
                    }
                    ByteBuffer response = connection.receive();
                    latency(System.nanoTime() - sentAt.remove());
                    work.answered(response);
                    next = next == null ? work.next() : next;
                }
            }
            return null;
        }

        private void latency(long nanos) {
            if (count == latencies.length) {
                latencies = Arrays.copyOf(latencies, 2 * count);
            }
            latencies[count++] = nanos;
        }
    }
}
