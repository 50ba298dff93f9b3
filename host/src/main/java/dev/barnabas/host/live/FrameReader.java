package dev.barnabas.host.live;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The receiving end of one connection: decides what the transport reads into, and cuts frames out of it without copying
 * them. Owned by the connection's loop.
 *
 * <p>All reading goes into a <em>chunk</em>, a pooled direct buffer. Frames that are whole in it are handed out as
 * views of it. What is left is the head of a frame; if the rest of the frame fits behind it, reading goes on there,
 * otherwise the head moves to a new chunk:
 *
 * <ul>
 *   <li>Of small frames many fit a chunk and come with one read. The size of chunks follows the traffic.
 *   <li>For a big frame the chunk is made for it: its length prefix, its bytes, and the 4 bytes behind it, which are
 *       the length prefix of the next frame. So a stream of big frames is read straight to where it stays.
 *   <li>What a peer announces is only believed as far as it has sent as much before (in one frame of this connection,
 *       or a quarter of it in this one): announcing costs the peer bytes, not this side memory. A first big frame is
 *       therefore copied on, a third of it in all.
 * </ul>
 *
 * <p>A connection between frames holds no buffer at all. Memory for a big frame is asked for at the
 * {@link FrameBudget}; until it is granted nothing more is read.
 */
final class FrameReader implements RecvByteBufAllocator, RecvByteBufAllocator.ExtendedHandle {
    private static final int PREFIX = Integer.BYTES;

    /** The range in which the size of chunks follows the traffic; powers of two. */
    private static final int SMALLEST_CHUNK = 1 << 10;

    private static final int LARGEST_CHUNK = 1 << 17;

    /** What is believed of anybody. */
    private static final int BELIEVED = 1 << 14;

    private static final int GROWTH = 4;

    /** Bytes of one connection per turn, so that a fast sender leaves time for the others. */
    private static final int TURN_BUDGET = 1 << 20;

    private final int maxFrameBytes;
    private final FrameBudget budget;
    private final FrameBudget.Claimant claimant;
    /** The memory of the frame that is coming, if it is a big one. */
    private FrameBudget.@Nullable Claim claim;

    private @Nullable ByteBuf chunk;
    private int parsed;
    private int chunkSize = SMALLEST_CHUNK << 1;
    private int largestFrame;
    private boolean paused;
    private boolean stopped;
    private boolean starved;

    private int attempted;
    private int lastRead;
    private int readThisTurn;

    FrameReader(int maxFrameBytes, FrameBudget budget, FrameBudget.Claimant claimant) {
        this.maxFrameBytes = maxFrameBytes;
        this.budget = budget;
        this.claimant = claimant;
    }

    /** Whom the frames go to. */
    interface Frames {
        void frame(LiveFrame frame);

        /** Whether more is wanted. */
        boolean open();
    }

    void pause(boolean now) {
        paused = now;
    }

    /** Whether the next frame waits for memory. */
    boolean isStarved() {
        return starved;
    }

    /** The memory for the next frame has been granted. */
    void fed(long nowNanos) {
        starved = false;
        if (claim != null) {
            claim.begin(nowNanos);
        }
    }

    /** Frees memory that others keep for nothing. */
    void expelStalled(long nowNanos) {
        if (claim != null) {
            claim.expelStalled(nowNanos);
        }
    }

    /** Reads nothing more, whatever the transport still has. */
    void stop() {
        stopped = true;
    }

    /**
     * Hands out the frames that are whole.
     *
     * @return what is wrong with the next one, or null
     */
    @Nullable
    String parse(Frames frames, long nowNanos) {
        ByteBuf from = chunk;
        while (from != null && frames.open()) {
            int available = from.writerIndex() - parsed;
            if (available < PREFIX) {
                return null;
            }
            int length = from.getInt(parsed);
            if (length < 0 || length > maxFrameBytes) {
                return "frame of " + length + " bytes, allowed are 0 to " + maxFrameBytes;
            }
            boolean big = length > FrameBudget.SMALL;
            if (available - PREFIX < length) {
                if (big && claim == null) {
                    claim = budget.claim(length, claimant, nowNanos);
                    starved = !claim.isGranted();
                }
                return null;
            }
            if (claim != null) {
                claim.complete();
                claim = null;
            } else if (big) {
                budget.take(length);
            }
            LiveFrame frame = new LiveFrame(from, parsed + PREFIX, length, big ? budget : null);
            parsed += PREFIX + length;
            largestFrame = Math.max(largestFrame, length);
            frames.frame(frame);
        }
        return null;
    }

    /** Gives back what it holds; frames that were handed out stay. */
    void close() {
        if (claim != null) {
            claim.drop();
            claim = null;
        }
        dropChunk();
    }

    /** What the transport reads into next: the chunk, with a reference for the transport. */
    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
        ByteBuf current = chunk;
        if (current == null) {
            current = newChunk(allocator, chunkSize);
        } else {
            int pending = current.writerIndex() - parsed;
            int wanted = pending < PREFIX ? PREFIX : frameBytes(current);
            if (pending == 0 && current.writableBytes() < chunkSize >> 1) {
                dropChunk();
                current = newChunk(allocator, chunkSize);
            } else if (current.capacity() - parsed < Math.min(wanted, believed()) || !current.isWritable()) {
                current = moveHead(allocator, current, capacityFor(wanted, pending));
            }
        }
        return current.retain();
    }

    private ByteBuf newChunk(ByteBufAllocator allocator, int capacity) {
        ByteBuf fresh = allocator.directBuffer(capacity, Integer.MAX_VALUE);
        chunk = fresh;
        parsed = 0;
        return fresh;
    }

    private ByteBuf moveHead(ByteBufAllocator allocator, ByteBuf from, int capacity) {
        ByteBuf next = allocator.directBuffer(capacity, Integer.MAX_VALUE);
        next.writeBytes(from, parsed, from.writerIndex() - parsed);
        from.release();
        chunk = next;
        parsed = 0;
        return next;
    }

    private int frameBytes(ByteBuf from) {
        return (int) Math.min((long) from.getInt(parsed) + PREFIX, Integer.MAX_VALUE - PREFIX);
    }

    private int capacityFor(int wanted, int pending) {
        if (wanted <= chunkSize >> 1) {
            return chunkSize;
        }
        return (int) Math.min((long) wanted + PREFIX, Math.max(believed(), (long) GROWTH * pending));
    }

    /** What the other side is believed to send, without having begun. */
    private int believed() {
        return Math.max(BELIEVED, Math.min(largestFrame, Integer.MAX_VALUE - 2 * PREFIX) + 2 * PREFIX);
    }

    private void dropChunk() {
        ByteBuf old = chunk;
        if (old != null) {
            chunk = null;
            old.release();
        }
    }

    @Override
    public ExtendedHandle newHandle() {
        return this;
    }

    @Override
    public int guess() {
        return chunkSize;
    }

    @Override
    public void reset(ChannelConfig config) {
        startTurn();
    }

    void startTurn() {
        readThisTurn = 0;
    }

    @Override
    public void incMessagesRead(int count) {
        // Counted in bytes instead.
    }

    @Override
    public void lastBytesRead(int bytes) {
        lastRead = bytes;
        if (bytes > 0) {
            readThisTurn += bytes;
            if (claim != null) {
                claim.progress(bytes);
            }
        }
    }

    @Override
    public int lastBytesRead() {
        return lastRead;
    }

    @Override
    public void attemptedBytesRead(int bytes) {
        attempted = bytes;
    }

    @Override
    public int attemptedBytesRead() {
        return attempted;
    }

    /** A read that did not fill what it was given has emptied the socket: asking again would only cost a call. */
    @Override
    public boolean continueReading() {
        return !paused && !stopped && !starved && lastRead == attempted && lastRead > 0 && readThisTurn < TURN_BUDGET;
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
        return continueReading();
    }

    @Override
    public void readComplete() {
        if (readThisTurn >= chunkSize) {
            chunkSize = Math.min(LARGEST_CHUNK, chunkSize << 1);
        } else if (readThisTurn < chunkSize >> 3) {
            chunkSize = Math.max(SMALLEST_CHUNK, chunkSize >> 1);
        }
        ByteBuf current = chunk;
        if (current != null && current.writerIndex() == parsed) {
            dropChunk();
        }
    }
}
