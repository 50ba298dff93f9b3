package dev.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.Encoded;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Reader;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.message.FetchRequest;
import dev.barnabas.protocol.message.FetchRequest.FetchPartition;
import dev.barnabas.protocol.message.FetchRequest.FetchTopic;
import dev.barnabas.protocol.message.FetchResponse;
import dev.barnabas.protocol.message.ProduceRequest;
import dev.barnabas.protocol.message.ProduceRequest.PartitionProduceData;
import dev.barnabas.protocol.message.ProduceRequest.TopicProduceData;
import dev.barnabas.protocol.message.ProduceResponse;
import dev.barnabas.protocol.message.RequestHeader;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import dev.barnabas.server.RunningNode;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How much a node allocates on the heap for a request, whatever the size of its records: they are never copied there.
 * Counted by the Java machine for the threads of the loops, in a node that has been busy for a while.
 * docs/performance.md states the figures.
 */
final class AllocationTest {

    private static final int PRODUCE_VERSION = 9;
    private static final int FETCH_VERSION = 12;
    private static final int WARM_UP = 5_000;
    private static final int COUNTED = 2_000;

    /** About twice of what is usual, since it depends on what the compiler has got round to. */
    private static final long MOST_BYTES = 8_000;

    @TempDir
    private Path data;

    private RunningNode node;
    private Socket socket;
    private DataOutputStream out;
    private DataInputStream in;

    @BeforeEach
    void start() throws Exception {
        node = RunningNode.start(data, "barnabas.durability=after-write");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.address()))) {
            admin.createTopics(List.of(new NewTopic("orders", 1, (short) 1)))
                    .all()
                    .get();
        }
        int colon = node.address().lastIndexOf(':');
        socket = new Socket(
                node.address().substring(0, colon),
                Integer.parseInt(node.address().substring(colon + 1)));
        socket.setTcpNoDelay(true);
        out = new DataOutputStream(socket.getOutputStream());
        in = new DataInputStream(socket.getInputStream());
    }

    @AfterEach
    void stop() throws IOException {
        socket.close();
        node.close();
    }

    @Test
    void producingAllocatesLittleHoweverLargeTheRecordIs() throws IOException {
        for (int recordBytes : new int[] {100, 100_000}) {
            byte[] produce = frame(
                    ProduceRequest.builder()
                            .acks((short) -1)
                            .timeoutMs(10_000)
                            .topicData(List.of(TopicProduceData.builder()
                                    .name("orders")
                                    .partitionData(
                                            List.of(new PartitionProduceData(0, new MemoryRecords(batch(recordBytes)))))
                                    .build()))
                            .build(),
                    PRODUCE_VERSION);

            long bytes = allocatedPerRequest(() -> {
                ProduceResponse response = ProduceResponse.read(new Reader(ask(produce)), PRODUCE_VERSION);
                assertThat(response.responses()
                                .getFirst()
                                .partitionResponses()
                                .getFirst()
                                .errorCode())
                        .isEqualTo(ErrorCode.NONE.code());
            });

            assertThat(bytes).as("bytes for a record of " + recordBytes).isBetween(1L, MOST_BYTES);
        }
    }

    @Test
    void fetchingAllocatesLittleHoweverMuchIsRead() throws IOException {
        byte[] produce = frame(
                ProduceRequest.builder()
                        .acks((short) -1)
                        .timeoutMs(10_000)
                        .topicData(List.of(TopicProduceData.builder()
                                .name("orders")
                                .partitionData(List.of(new PartitionProduceData(0, new MemoryRecords(batch(100_000)))))
                                .build()))
                        .build(),
                PRODUCE_VERSION);
        ask(produce);
        byte[] fetch = frame(
                FetchRequest.builder()
                        .replicaId(-1)
                        .maxWaitMs(500)
                        .minBytes(1)
                        .maxBytes(1 << 20)
                        .sessionEpoch(-1)
                        .topics(List.of(FetchTopic.builder()
                                .topic("orders")
                                .partitions(List.of(FetchPartition.builder()
                                        .partition(0)
                                        .currentLeaderEpoch(-1)
                                        .lastFetchedEpoch(-1)
                                        .partitionMaxBytes(1 << 20)
                                        .build()))
                                .build()))
                        .build(),
                FETCH_VERSION);

        long bytes = allocatedPerRequest(() -> {
            FetchResponse response = FetchResponse.read(new Reader(ask(fetch)), FETCH_VERSION);
            assertThat(response.responses().getFirst().partitions().getFirst().records())
                    .isNotNull()
                    .satisfies(records -> assertThat(records.sizeInBytes()).isGreaterThan(100_000));
        });

        assertThat(bytes).isBetween(1L, MOST_BYTES);
    }

    private interface Exchange {
        void run() throws IOException;
    }

    private static long allocatedPerRequest(Exchange exchange) throws IOException {
        for (int i = 0; i < WARM_UP; i++) {
            exchange.run();
        }
        long before = allocatedByLoops();
        for (int i = 0; i < COUNTED; i++) {
            exchange.run();
        }
        long bytes = (allocatedByLoops() - before) / COUNTED;
        System.out.println("bytes allocated per request: " + bytes);
        return bytes;
    }

    private static long allocatedByLoops() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] loops = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("barnabas-loop-"))
                .mapToLong(Thread::threadId)
                .toArray();
        return Arrays.stream(threads.getThreadAllocatedBytes(loops)).sum();
    }

    private static ByteBuffer batch(int recordBytes) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20);
        builder.append(System.currentTimeMillis(), null, new byte[recordBytes], List.of());
        return builder.build();
    }

    private static byte[] frame(Request request, int version) {
        ApiKey api = request.apiKey();
        ByteBuffer header = Encoded.message(new RequestHeader(api.id(), (short) version, 0, "test"), 2)
                .flatten();
        ByteBuffer body = Encoded.message(request, version).flatten();
        return ByteBuffer.allocate(Integer.BYTES + header.remaining() + body.remaining())
                .putInt(header.remaining() + body.remaining())
                .put(header)
                .put(body)
                .array();
    }

    private ByteBuffer ask(byte[] frame) throws IOException {
        out.write(frame);
        byte[] response = new byte[in.readInt()];
        in.readFully(response);
        // Behind the correlation id and the header's empty tags.
        return ByteBuffer.wrap(response, Integer.BYTES + 1, response.length - Integer.BYTES - 1);
    }
}
