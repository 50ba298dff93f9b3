package dev.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.Reader;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.Wire;
import dev.barnabas.server.RunningNode;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;

/** A socket to a node, on which anything can be sent, sensible or not. */
final class RawClient implements AutoCloseable {

    private static final int PATIENCE_MS = 60_000;

    private final Socket socket;
    private final OutputStream out;
    private final DataInputStream in;
    private int nextCorrelationId = 1;

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MS);
        out = socket.getOutputStream();
        in = new DataInputStream(socket.getInputStream());
    }

    static RawClient connect(RunningNode node) throws IOException {
        String address = node.address();
        int colon = address.lastIndexOf(':');
        return new RawClient(new Socket(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))));
    }

    static byte[] frame(int correlationId, Request request, int version) {
        return bytes(Wire.encodeRequest(correlationId, "raw", request, version).flatten());
    }

    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    /** With its length in front. */
    static byte[] prefixed(byte[] frame) {
        return ByteBuffer.allocate(Integer.BYTES + frame.length)
                .putInt(frame.length)
                .put(frame)
                .array();
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    <R extends Response> R ask(Request request, int version, Class<R> type) throws IOException {
        int correlationId = nextCorrelationId++;
        send(prefixed(frame(correlationId, request, version)));
        return response(correlationId, request.apiKey(), version, type);
    }

    /** The next response, which is for that request. */
    <R extends Response> R response(int correlationId, ApiKey api, int version, Class<R> type) throws IOException {
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        Reader reader = new Reader(ByteBuffer.wrap(frame));
        assertThat(Wire.readResponseHeader(reader, api, version).correlationId())
                .isEqualTo(correlationId);
        return type.cast(api.readResponse(reader, version));
    }

    /** Says that nothing more will come from here. */
    void endOfStream() throws IOException {
        socket.shutdownOutput();
    }

    /** The node has closed the connection without a response. */
    void expectClosed() throws IOException {
        try {
            assertThat(in.read()).as("end of the connection").isEqualTo(-1);
        } catch (SocketException reset) {
            // Closed while something from here was still unread.
            assertThat(reset).hasMessageContaining("reset");
        }
    }

    /** Goes away without a word of farewell. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
