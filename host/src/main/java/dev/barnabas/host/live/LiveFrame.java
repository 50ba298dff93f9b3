package dev.barnabas.host.live;

import dev.barnabas.host.Frame;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A frame as a view of the pooled buffer it was read into, on which it holds one reference. Several frames may share
 * that buffer. A big one also counts in the {@link FrameBudget} until it is released.
 */
final class LiveFrame implements Frame {
    private static final AtomicIntegerFieldUpdater<LiveFrame> RELEASED =
            AtomicIntegerFieldUpdater.newUpdater(LiveFrame.class, "released");

    private final ByteBuf buffer;
    private final ByteBuffer bytes;
    private final @Nullable FrameBudget budget;
    private volatile int released;

    LiveFrame(ByteBuf buffer, int index, int length, @Nullable FrameBudget budget) {
        this.buffer = buffer.retain();
        this.bytes = buffer.nioBuffer(index, length);
        this.budget = budget;
    }

    @Override
    public ByteBuffer bytes() {
        if (released != 0) {
            throw new IllegalStateException("the frame has been released");
        }
        return bytes;
    }

    @Override
    public void release() {
        if (!RELEASED.compareAndSet(this, 0, 1)) {
            throw new IllegalStateException("the frame has been released already");
        }
        // The size first: the view is of no use afterwards.
        int size = bytes.capacity();
        buffer.release();
        if (budget != null) {
            budget.give(size);
        }
    }
}
