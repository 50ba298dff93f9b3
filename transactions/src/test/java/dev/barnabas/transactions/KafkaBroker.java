package dev.barnabas.transactions;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Reader;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.Wire;
import dev.barnabas.protocol.message.AddOffsetsToTxnRequest;
import dev.barnabas.protocol.message.AddOffsetsToTxnResponse;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest;
import dev.barnabas.protocol.message.AddPartitionsToTxnResponse;
import dev.barnabas.protocol.message.CreateTopicsRequest;
import dev.barnabas.protocol.message.CreateTopicsRequest.CreatableTopic;
import dev.barnabas.protocol.message.CreateTopicsResponse;
import dev.barnabas.protocol.message.DescribeTransactionsRequest;
import dev.barnabas.protocol.message.DescribeTransactionsResponse;
import dev.barnabas.protocol.message.DescribeTransactionsResponse.TransactionState;
import dev.barnabas.protocol.message.EndTxnRequest;
import dev.barnabas.protocol.message.EndTxnResponse;
import dev.barnabas.protocol.message.FindCoordinatorRequest;
import dev.barnabas.protocol.message.FindCoordinatorResponse;
import dev.barnabas.protocol.message.InitProducerIdRequest;
import dev.barnabas.protocol.message.InitProducerIdResponse;
import dev.barnabas.protocol.message.ListTransactionsRequest;
import dev.barnabas.protocol.message.ListTransactionsResponse;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** A single Kafka broker that runs somewhere. Each scenario has transactional ids of its own there. */
final class KafkaBroker implements Backend, AutoCloseable {
    private static final int PATIENCE_MS = 30_000;
    private static final int TRIES = 500;
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Socket socket;
    private final DataInputStream in;
    private final String prefix;
    private int nextCorrelationId = 1;

    private KafkaBroker(String address, String prefix) throws IOException {
        int colon = address.lastIndexOf(':');
        this.socket = new Socket(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
        this.socket.setSoTimeout(PATIENCE_MS);
        this.in = new DataInputStream(socket.getInputStream());
        this.prefix = prefix;
    }

    /**
     * @param prefix of all transactional ids, so that nobody else uses them
     * @return connected, with the topics that scenarios use, and coordinators
     */
    static KafkaBroker connect(String address, String prefix) throws IOException {
        KafkaBroker broker = new KafkaBroker(address, prefix);
        broker.ask(
                CreateTopicsRequest.builder()
                        .topics(Stream.of("a", "b")
                                .map(name -> CreatableTopic.builder()
                                        .name(name)
                                        .numPartitions(10)
                                        .replicationFactor((short) 1)
                                        .build())
                                .toList())
                        .timeoutMs(PATIENCE_MS)
                        .build(),
                7,
                CreateTopicsResponse.class);
        for (byte keyType = 0; keyType <= 1; keyType++) {
            FindCoordinatorRequest find =
                    FindCoordinatorRequest.builder().keyType(keyType).key("any").build();
            for (int i = 0;
                    i < TRIES
                            && broker.ask(find, 3, FindCoordinatorResponse.class)
                                            .errorCode()
                                    != 0;
                    i++) {
                broker.pass(PAUSE);
            }
        }
        return broker;
    }

    @Override
    public InitProducerIdResponse init(InitProducerIdRequest request, int version) {
        String id = id(Objects.requireNonNull(request.transactionalId()));
        InitProducerIdRequest asked = request.toBuilder().transactionalId(id).build();
        InitProducerIdResponse answer = ask(asked, version, InitProducerIdResponse.class);
        for (int i = 0; i < TRIES && isLoading(answer.errorCode()); i++) {
            pass(PAUSE);
            answer = ask(asked, version, InitProducerIdResponse.class);
        }
        settle(id);
        return answer;
    }

    private static boolean isLoading(short error) {
        return switch (ErrorCode.forCode(error)) {
            case COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR -> true;
            default -> false;
        };
    }

    @Override
    public AddPartitionsToTxnResponse add(AddPartitionsToTxnRequest request, int version) {
        AddPartitionsToTxnRequest.Builder asked = request.toBuilder();
        if (PartitionsToAdd.isFromBroker(version)) {
            asked.transactions(request.transactions().stream()
                    .map(each -> each.toBuilder()
                            .transactionalId(id(each.transactionalId()))
                            .build())
                    .toList());
        } else {
            asked.v3AndBelowTransactionalId(id(request.v3AndBelowTransactionalId()));
        }
        return ask(asked.build(), version, AddPartitionsToTxnResponse.class);
    }

    @Override
    public AddOffsetsToTxnResponse addOffsets(AddOffsetsToTxnRequest request, int version) {
        return ask(
                request.toBuilder()
                        .transactionalId(id(request.transactionalId()))
                        .build(),
                version,
                AddOffsetsToTxnResponse.class);
    }

    @Override
    public EndTxnResponse end(EndTxnRequest request, int version) {
        String id = id(request.transactionalId());
        EndTxnResponse answer = ask(request.toBuilder().transactionalId(id).build(), version, EndTxnResponse.class);
        settle(id);
        return answer;
    }

    /** The markers of our partitions in memory are there at once, so we wait for those of Kafka. */
    private void settle(String id) {
        DescribeTransactionsRequest describe = new DescribeTransactionsRequest(List.of(id));
        for (int i = 0;
                i < TRIES
                        && ask(describe, 0, DescribeTransactionsResponse.class)
                                .transactionStates()
                                .getFirst()
                                .transactionState()
                                .startsWith("Prepare");
                i++) {
            pass(PAUSE);
        }
    }

    @Override
    public ListTransactionsResponse list(ListTransactionsRequest request, int version) {
        String pattern = request.transactionalIdPattern();
        ListTransactionsResponse answer = ask(
                request.toBuilder()
                        .transactionalIdPattern(prefix + (pattern == null ? ".*" : pattern))
                        .build(),
                version,
                ListTransactionsResponse.class);
        return answer.toBuilder()
                .transactionStates(answer.transactionStates().stream()
                        .map(state -> state.toBuilder()
                                .transactionalId(state.transactionalId().substring(prefix.length()))
                                .build())
                        .toList())
                .build();
    }

    @Override
    public DescribeTransactionsResponse describe(DescribeTransactionsRequest request) {
        DescribeTransactionsRequest asked = new DescribeTransactionsRequest(
                request.transactionalIds().stream().map(this::id).toList());
        Map<String, TransactionState> described = new HashMap<>();
        ask(asked, 0, DescribeTransactionsResponse.class)
                .transactionStates()
                .forEach(state -> described.put(state.transactionalId(), state));
        return DescribeTransactionsResponse.builder()
                .transactionStates(request.transactionalIds().stream()
                        .map(id -> Objects.requireNonNull(described.get(id(id))).toBuilder()
                                .transactionalId(id)
                                .build())
                        .toList())
                .build();
    }

    @Override
    public void pass(Duration time) {
        try {
            // The clock of another process cannot be set.
            Thread.sleep(time);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while Kafka is waited for", interrupted);
        }
    }

    @Override
    public void reload() {
        throw new UnsupportedOperationException("there is one broker");
    }

    @Override
    public void holdMarkers(boolean hold) {
        throw new UnsupportedOperationException("markers cannot be held back");
    }

    @Override
    public void transactionVersion(int version) {
        throw new UnsupportedOperationException("others use the broker, too");
    }

    private String id(String id) {
        return id.isEmpty() ? id : prefix + id;
    }

    private <R extends Response> R ask(Request request, int version, Class<R> type) {
        try {
            ByteBuffer frame = Wire.encodeRequest(nextCorrelationId++, "compare", request, version)
                    .flatten();
            byte[] bytes = new byte[Integer.BYTES + frame.remaining()];
            ByteBuffer.wrap(bytes).putInt(frame.remaining()).put(frame);
            socket.getOutputStream().write(bytes);
            byte[] answer = new byte[in.readInt()];
            in.readFully(answer);
            Reader reader = new Reader(ByteBuffer.wrap(answer));
            Wire.readResponseHeader(reader, request.apiKey(), version);
            return type.cast(request.apiKey().readResponse(reader, version));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
