package dev.barnabas.host.live;

import dev.barnabas.host.CloseReason;
import dev.barnabas.host.Connection;
import dev.barnabas.host.ConnectionHandler;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;
import dev.barnabas.host.Part;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A socket with frames on it; it is the only handler of its channel's pipeline. Owned by its loop. */
final class LiveConnection extends ChannelInboundHandlerAdapter
        implements Connection, FrameReader.Frames, FrameBudget.Claimant {
    /** Up to this size bytes are copied behind the frame before: cheaper than one more entry of a gathering write. */
    private static final int COPIED = 8 << 10;

    private static final int SMALLEST_OUT = 512;
    private static final int LARGEST_OUT = 64 << 10;

    /**
     * A region is sent in pieces, and a few pieces per turn: one sendfile of a whole region could keep the loop for as
     * long as a fast reader takes it.
     */
    private static final int PIECE = 256 << 10;

    private static final int WRITES_PER_TURN = 8;

    /** How often a connection that waits for memory looks whether others keep it for nothing. */
    private static final Duration STALL_CHECK = Duration.ofSeconds(5);

    private final LiveLoop loop;
    private final SocketChannel channel;
    private final FrameReader reader;
    private final Function<Connection, @Nullable ConnectionHandler> opening;
    private @Nullable ConnectionHandler handler;
    private @Nullable CloseReason closing;

    /** What the frames of this turn have been copied to. */
    private @Nullable ByteBuf out;

    private long unsent;
    private boolean flushDue;
    private boolean drainedDue;
    private boolean regionsDue;
    private boolean paused;

    /** @param opening finds the handler, on the loop, when the connection is open; null closes it */
    LiveConnection(
            LiveLoop loop,
            SocketChannel channel,
            int maxFrameBytes,
            FrameBudget budget,
            Function<Connection, @Nullable ConnectionHandler> opening) {
        this.loop = loop;
        this.channel = channel;
        this.reader = new FrameReader(maxFrameBytes, budget, this);
        this.opening = opening;
        channel.config().setTcpNoDelay(true);
        // The system finds out, in hours, that a peer is gone without a word.
        channel.config().setKeepAlive(true);
        channel.config().setRecvByteBufAllocator(reader);
        channel.config().setWriteSpinCount(WRITES_PER_TURN);
        channel.pipeline().addLast(this);
        loop.connections.incrementAndGet();
        channel.closeFuture().addListener(closed -> loop.connections.decrementAndGet());
    }

    SocketChannel channel() {
        return channel;
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public Endpoint local() {
        return endpoint(channel.localAddress());
    }

    @Override
    public Endpoint remote() {
        return endpoint(channel.remoteAddress());
    }

    private static Endpoint endpoint(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress known
                ? new Endpoint(known.getAddress().getHostAddress(), known.getPort())
                : new Endpoint("unknown", 0);
    }

    // Sending

    @Override
    public void send(List<Part> frame) {
        loop.requireCurrent();
        if (closing != null) {
            return;
        }
        long size = 0;
        for (Part part : frame) {
            size += part.size();
        }
        if (size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("frame of " + size + " bytes");
        }
        unsent += Integer.BYTES + size;
        outFor(Integer.BYTES).writeInt((int) size);
        for (Part part : frame) {
            switch (part) {
                case Part.Bytes(ByteBuffer buffer) -> sendBytes(buffer.duplicate());
                case Part.Region region -> sendRegion(region);
            }
        }
        if (!flushDue) {
            flushDue = true;
            loop.flushLater(this);
        }
    }

    private void sendBytes(ByteBuffer bytes) {
        int size = bytes.remaining();
        if (size <= COPIED) {
            outFor(size).writeBytes(bytes);
        } else if (bytes.isDirect()) {
            sealOut();
            write(Unpooled.wrappedBuffer(bytes), size);
        } else {
            sealOut();
            write(channel.alloc().directBuffer(size, size).writeBytes(bytes), size);
        }
    }

    private void sendRegion(Part.Region region) {
        if (!(region.file() instanceof LiveDiskFile file)) {
            throw new IllegalArgumentException("not a file of this host: " + region.file());
        }
        sealOut();
        regionsDue = true;
        long position = region.position();
        int left = region.size();
        try {
            while (left > 0) {
                int piece = Math.min(left, PIECE);
                write(new FileTransfer(file.descriptor(), position, piece), piece);
                position += piece;
                left -= piece;
            }
        } catch (IOException e) {
            // The length is announced already, and the frame cannot be completed.
            close(new CloseReason.Fault("cannot open " + file.path() + ": " + e.getMessage()));
        }
    }

    private ByteBuf outFor(int bytes) {
        ByteBuf current = out;
        if (current != null && current.readableBytes() + bytes > LARGEST_OUT) {
            sealOut();
            current = null;
        }
        if (current == null) {
            current = channel.alloc().directBuffer(Math.max(SMALLEST_OUT, bytes));
            out = current;
        }
        return current;
    }

    private void sealOut() {
        ByteBuf sealed = out;
        if (sealed != null) {
            out = null;
            write(sealed, sealed.readableBytes());
        }
    }

    private void write(Object message, int bytes) {
        channel.write(message).addListener(new Written(bytes));
    }

    /** Called by the loop at the end of a turn in which something was sent. */
    void flush() {
        flushDue = false;
        if (closing == null) {
            sealOut();
            if (regionsDue) {
                regionsDue = false;
                flushCorked();
            } else {
                channel.flush();
            }
        }
    }

    /**
     * With the cork in, the bytes before a region leave in one packet with its beginning. Measured with regions of 16
     * KB: a fifth less processor time.
     */
    private void flushCorked() {
        try {
            Transport.cork(channel, true);
            channel.flush();
            if (channel.isOpen()) {
                Transport.cork(channel, false);
            }
        } catch (ChannelException e) {
            faulted(e);
        }
    }

    private final class Written implements ChannelFutureListener {
        private final int bytes;

        Written(int bytes) {
            this.bytes = bytes;
        }

        @Override
        public void operationComplete(ChannelFuture future) {
            Throwable cause = future.cause();
            if (cause != null) {
                faulted(cause);
                return;
            }
            unsent -= bytes;
            if (unsent == 0 && !drainedDue) {
                drainedDue = true;
                loop.drainedLater(LiveConnection.this);
            }
        }
    }

    /** Called by the loop at the end of the turn in which everything was taken. */
    void tellDrained() {
        drainedDue = false;
        ConnectionHandler told = handler;
        if (told != null && closing == null && unsent == 0) {
            try {
                told.drained();
            } catch (Throwable defect) {
                loop.defect(defect);
            }
        }
    }

    @Override
    public long unsentBytes() {
        return unsent;
    }

    // Receiving

    @Override
    public void pauseReading() {
        loop.requireCurrent();
        paused = true;
        reader.pause(true);
        adjustReading();
    }

    @Override
    public void resumeReading() {
        loop.requireCurrent();
        paused = false;
        reader.pause(false);
        adjustReading();
    }

    private void adjustReading() {
        channel.config().setAutoRead(!paused && !reader.isStarved());
    }

    /** Not read from until there is memory for its next frame. */
    private void starved() {
        adjustReading();
        loop.schedule(STALL_CHECK, () -> {
            if (reader.isStarved() && closing == null) {
                reader.expelStalled(loop.clock().nanos());
                starved();
            }
        });
    }

    @Override
    public void granted() {
        loop.execute(() -> {
            reader.fed(loop.clock().nanos());
            if (closing == null) {
                adjustReading();
            }
        });
    }

    @Override
    public void expelled() {
        loop.execute(() -> close(
                new CloseReason.Violation("its frame did not come, while others waited for the memory it was given")));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        // The message is the reader's chunk, which has a reference of its own.
        ((ByteBuf) message).release();
        boolean wasStarved = reader.isStarved();
        String violation = reader.parse(this, loop.clock().nanos());
        if (reader.isStarved() && !wasStarved) {
            starved();
        }
        if (violation != null) {
            close(new CloseReason.Violation(violation));
        }
    }

    @Override
    public void frame(LiveFrame frame) {
        ConnectionHandler receiver = handler;
        if (receiver == null) {
            frame.release();
            return;
        }
        try {
            receiver.received(frame);
        } catch (Throwable defect) {
            loop.defect(defect);
        }
    }

    @Override
    public boolean open() {
        return closing == null;
    }

    // Opening and closing

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        loop.opened(this);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        try {
            handler = opening.apply(this);
        } catch (Throwable defect) {
            loop.defect(defect);
        }
        if (handler == null) {
            close(new CloseReason.Local());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        faulted(cause);
    }

    private void faulted(Throwable cause) {
        String message = cause.getMessage();
        close(new CloseReason.Fault(message == null ? cause.toString() : message));
    }

    @Override
    public void close() {
        loop.requireCurrent();
        close(new CloseReason.Local());
    }

    private void close(CloseReason reason) {
        if (closing == null) {
            closing = reason;
            reader.stop();
            channel.close();
        }
    }

    @Override
    public void channelUnregistered(ChannelHandlerContext context) {
        loop.closed(this);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        CloseReason reason = closing;
        if (reason == null) {
            // Not closed from here.
            reason = new CloseReason.Remote();
            closing = reason;
        }
        reader.close();
        ByteBuf unsealed = out;
        if (unsealed != null) {
            out = null;
            unsealed.release();
        }
        ConnectionHandler told = handler;
        if (told != null) {
            handler = null;
            try {
                told.closed(reason);
            } catch (Throwable defect) {
                loop.defect(defect);
            }
        }
    }
}
