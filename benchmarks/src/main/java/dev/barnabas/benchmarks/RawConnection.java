package dev.barnabas.benchmarks;

import dev.barnabas.protocol.Encoded;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.message.RequestHeader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A blocking connection to a broker that does nothing but send and receive frames. Used by one thread. */
final class RawConnection implements AutoCloseable {

    private static final int HEADER_VERSION = 2;
    private static final int LARGEST_RESPONSE = 128 << 20;

    private final SocketChannel channel;
    private final ByteBuffer length = ByteBuffer.allocateDirect(Integer.BYTES);
    private ByteBuffer response = ByteBuffer.allocateDirect(1 << 16);

    RawConnection(InetSocketAddress broker) throws IOException {
        channel = SocketChannel.open(broker);
    }

    /**
     * A request as it is sent, with its length in front. Answers come in the order of the requests, so all have the
     * same correlation id, and a frame can be sent any number of times.
     *
     * @param version a flexible one
     */
    static ByteBuffer frame(Request request, int version) {
        ByteBuffer header = Encoded.message(
                        new RequestHeader(request.apiKey().id(), (short) version, 0, "raw-driver"), HEADER_VERSION)
                .flatten();
        ByteBuffer body = Encoded.message(request, version).flatten();
        ByteBuffer frame = ByteBuffer.allocateDirect(Integer.BYTES + header.remaining() + body.remaining());
        return frame.putInt(header.remaining() + body.remaining())
                .put(header)
                .put(body)
                .flip();
    }

    void send(ByteBuffer frame) throws IOException {
        ByteBuffer left = frame.duplicate();
        while (left.hasRemaining()) {
            channel.write(left);
        }
    }

    /** The next response without its header; valid until the one after it is received. */
    ByteBuffer receive() throws IOException {
        fill(length.clear());
        int size = length.getInt(0);
        if (size <= Integer.BYTES || size > LARGEST_RESPONSE) {
            throw new IOException("response of " + size + " bytes");
        }
        if (response.capacity() < size) {
            response = ByteBuffer.allocateDirect(size);
        }
        fill(response.clear().limit(size));
        // The correlation id, and the (empty) tags of the header.
        return response.flip().position(Integer.BYTES + 1);
    }

    private void fill(ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into) < 0) {
                throw new IOException("the broker closed the connection");
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
