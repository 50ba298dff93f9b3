package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.Wire;
import dev.barnabas.protocol.message.ApiVersionsRequest;
import dev.barnabas.protocol.message.ApiVersionsResponse;
import dev.barnabas.protocol.message.FetchRequest;
import dev.barnabas.protocol.message.FetchResponse;
import dev.barnabas.protocol.message.ProduceResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Valid requests of every API, with a few bytes changed: each is answered, or its connection closed, and the node goes
 * on. In the simulator, where whatever the node throws fails the test.
 *
 * <p>{@code -Dbarnabas.hostile.seed=S -Dbarnabas.hostile.requests=N} repeats a run, or makes a longer one.
 */
class HostileRequestsTest {

    private static final long SEED = Long.getLong("barnabas.hostile.seed", 20_261_120);
    private static final int REQUESTS = Integer.getInteger("barnabas.hostile.requests", 1_000);

    /** Sent at the same time, each on a connection of its own. */
    private static final int AT_ONCE = 20;

    private static final int[] TELLING = {0, 1, -1, -2, 127, 128, 255, 0x7fff, 0x7fffffff, 0x80000000, 0xffff, 1 << 20};

    private final Random random = new Random(SEED);

    @Test
    void noMutatedRequestStopsTheNode() {
        SimulatedNode node = SimulatedNode.start(LogLevels.none());
        Uuid id = EveryVersionTest.createTopic(node, "known");
        List<ApiVersionsResponse.ApiVersion> apis =
                node.ask(ApiVersionsRequest.builder().build(), 0, ApiVersionsResponse.class).apiKeys().stream()
                        // Who unregisters the only broker stops it, as he should.
                        .filter(api -> api.apiKey() != ApiKey.UNREGISTER_BROKER.id())
                        .toList();
        int answered = 0;
        int closed = 0;
        for (int sent = 0; sent < REQUESTS; sent += AT_ONCE) {
            String where = "seed " + SEED + ", requests from " + sent;
            List<RawConnection> connections = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                RawConnection connection = node.connectRaw();
                connection.send(mutated(example(apis, id)));
                connections.add(connection);
            }
            // Some wait for a long time, as they ask to.
            node.simulation().runFor(Duration.ofMillis(500));
            for (RawConnection connection : connections) {
                answered += connection.responses();
                closed += connection.isClosed() ? 1 : 0;
                connection.close();
            }
            expectService(node, id, where);
        }
        assertThat(answered).as("answered, seed %d", SEED).isGreaterThan(REQUESTS / 10);
        assertThat(closed).as("closed, seed %d", SEED).isGreaterThan(REQUESTS / 10);
    }

    /** What was produced may have been deleted by a request that was changed in the right place; the topic was not. */
    private static void expectService(SimulatedNode node, Uuid id, String where) {
        EveryVersionTest.Target target = new EveryVersionTest.Target("known", id, "group");
        ProduceResponse produced =
                node.ask(EveryVersionTest.example(ApiKey.PRODUCE, 12, target), 12, ProduceResponse.class);
        ProduceResponse.PartitionProduceResponse partition =
                produced.responses().getFirst().partitionResponses().getFirst();
        assertThat(ErrorCode.forCode(partition.errorCode())).as(where).isEqualTo(ErrorCode.NONE);
        FetchResponse fetched = node.ask(
                FetchRequest.builder()
                        .maxBytes(1 << 20)
                        .topics(List.of(FetchRequest.FetchTopic.builder()
                                .topic("known")
                                .partitions(List.of(FetchRequest.FetchPartition.builder()
                                        .partition(0)
                                        .fetchOffset(partition.baseOffset())
                                        .partitionMaxBytes(1 << 20)
                                        .build()))
                                .build()))
                        .build(),
                12,
                FetchResponse.class);
        FetchResponse.PartitionData read =
                fetched.responses().getFirst().partitions().getFirst();
        assertThat(ErrorCode.forCode(read.errorCode())).as(where).isEqualTo(ErrorCode.NONE);
        assertThat(read.highWatermark()).as(where).isEqualTo(partition.baseOffset() + 1);
    }

    private byte[] example(List<ApiVersionsResponse.ApiVersion> apis, Uuid id) {
        ApiVersionsResponse.ApiVersion api = apis.get(random.nextInt(apis.size()));
        ApiKey key = ApiKey.forId(api.apiKey());
        assertThat(key).isNotNull();
        int lowest = Math.max(api.minVersion(), key.lowestVersion());
        int version = random.nextInt(lowest, api.maxVersion() + 1);
        EveryVersionTest.Target target = random.nextInt(4) > 0
                ? new EveryVersionTest.Target("known", id, "group-" + random.nextInt(3))
                : new EveryVersionTest.Target("unknown-" + random.nextInt(3), new Uuid(7, 7), "");
        ByteBuffer frame = Wire.encodeRequest(
                        random.nextInt(), "test", EveryVersionTest.example(key, version, target), version)
                .flatten();
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        return bytes;
    }

    private byte[] mutated(byte[] frame) {
        ByteBuffer out = ByteBuffer.wrap(frame);
        int changes = random.nextInt(1, 4);
        for (int i = 0; i < changes; i++) {
            int size = out.limit();
            // Mostly behind API, version and correlation id, so that there is something left to take apart.
            int from = random.nextInt(10) == 0 ? 0 : Math.min(8, size - 1);
            int at = random.nextInt(from, size);
            int telling = TELLING[random.nextInt(TELLING.length)];
            switch (random.nextInt(8)) {
                case 0 -> out.put(at, (byte) (out.get(at) ^ (1 << random.nextInt(8))));
                case 1, 2 -> out.put(at, (byte) telling);
                case 3 -> putIfItFits(out, at, Short.BYTES, telling);
                case 4 -> putIfItFits(out, at, Integer.BYTES, telling);
                case 5 -> putIfItFits(out, at, Long.BYTES, telling);
                case 6 -> out = ByteBuffer.wrap(Arrays.copyOf(out.array(), Math.max(1, at)));
                default -> out = doubled(out, at);
            }
        }
        return out.array();
    }

    private static void putIfItFits(ByteBuffer out, int at, int bytes, int value) {
        if (at + bytes <= out.limit()) {
            switch (bytes) {
                case Short.BYTES -> out.putShort(at, (short) value);
                case Integer.BYTES -> out.putInt(at, value);
                default -> out.putLong(at, ((long) value << 32) | value);
            }
        }
    }

    /** A part of the request once more. */
    private ByteBuffer doubled(ByteBuffer bytes, int at) {
        int length = Math.min(random.nextInt(1, 32), bytes.limit() - at);
        ByteBuffer longer = ByteBuffer.allocate(bytes.limit() + length);
        longer.put(bytes.slice(0, at + length)).put(bytes.slice(at, bytes.limit() - at));
        return longer.flip();
    }
}
