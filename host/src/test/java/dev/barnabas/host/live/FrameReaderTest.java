package dev.barnabas.host.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FrameReaderTest {
    private static final int MB = 1 << 20;
    private static final int MAX_FRAME_BYTES = 100 * MB;

    private final PooledByteBufAllocator allocator = new PooledByteBufAllocator(true);
    private final FrameBudget budget = new FrameBudget(30 * MB);
    private final Received received = new Received();
    private final FrameReader reader = new FrameReader(MAX_FRAME_BYTES, budget, received);

    @AfterEach
    void everythingIsGivenBack() {
        reader.close();
        received.frames.forEach(LiveFrame::release);
        assertThat(allocator.pinnedDirectMemory()).isZero();
        assertThat(budget.usedBytes()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void framesOfAnySizeComeWholeHoweverTheyAreCut(long seed) {
        // Given frames of all sizes, small ones more often. To repeat one: its seed is the parameter.
        SplittableRandom random = new SplittableRandom(seed);
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            byte[] frame = new byte[random.nextInt(1 << random.nextInt(1, 20))];
            random.nextBytes(frame);
            sent.add(frame);
        }
        ByteBuffer wire = wire(sent);

        // When they come in reads of all sizes
        int largestRead = 1 << random.nextInt(4, 20);
        while (wire.hasRemaining()) {
            assertThat(read(wire, random.nextInt(1, largestRead))).isNull();
            if (random.nextInt(4) == 0) {
                reader.readComplete();
                reader.startTurn();
            }
        }

        // Then
        assertThat(received.contents())
                .isEqualTo(sent.stream().map(ByteBuffer::wrap).toList());
    }

    @Test
    void smallFramesOfOneReadShareItsBuffer() {
        ByteBuffer wire = wire(List.of(new byte[100], new byte[200], new byte[300]));

        read(wire, Integer.MAX_VALUE);

        assertThat(received.frames).hasSize(3);
        assertThat(allocator.pinnedDirectMemory()).isLessThanOrEqualTo(2 << 10);
    }

    @Test
    void aStreamOfBigFramesIsReadStraightIntoBuffersOfTheirSize() {
        ByteBuffer wire = wire(List.of(new byte[MB], new byte[MB], new byte[MB], new byte[10]));

        // Given one big frame, which earns the sender its belief
        while (received.frames.isEmpty()) {
            read(wire, 100_000);
        }

        // Then the next need one buffer each: what is offered for reading is always the whole rest, and the next length
        ByteBuf first = reader.allocate(allocator);
        assertThat(first.capacity()).isEqualTo(4 + MB + 4);
        first.release();
        while (received.frames.size() < 2) {
            read(wire, 100_000);
        }
        ByteBuf second = reader.allocate(allocator);
        assertThat(second.writableBytes()).isEqualTo(MB + 4);
        second.release();
    }

    @Test
    void anAnnouncementAllocatesNoMoreThanWasEarned() {
        ByteBuffer wire =
                ByteBuffer.allocate(MAX_FRAME_BYTES).putInt(MAX_FRAME_BYTES).rewind();
        read(wire, 100);

        long largestShare = 0;
        while (wire.position() < 8 * MB) {
            read(wire, 10_000);
            long held = allocator.pinnedDirectMemory();
            if (wire.position() > 64 << 10) {
                largestShare = Math.max(largestShare, held / wire.position());
            } else {
                assertThat(held).isLessThanOrEqualTo(320 << 10);
            }
        }

        assertThat(largestShare).isLessThanOrEqualTo(4);
    }

    @Test
    void aBigFrameIsMovedOnOnlyWhenItsBufferIsFull() {
        ByteBuffer wire = wire(List.of(new byte[8 * MB]));
        List<Long> buffers = new ArrayList<>();

        while (received.frames.isEmpty()) {
            ByteBuf next = reader.allocate(allocator);
            long address = next.memoryAddress();
            if (buffers.isEmpty() || !buffers.getLast().equals(address)) {
                buffers.add(address);
            }
            next.release();
            read(wire, 10_000);
        }

        // 2 KB as for everybody, then 16 KB, and four times as much each time
        assertThat(buffers).hasSizeLessThanOrEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, MAX_FRAME_BYTES + 1, Integer.MAX_VALUE})
    void aLengthThatIsNotAllowedIsAViolation(int length) {
        ByteBuffer wire = ByteBuffer.allocate(10).putInt(1).put((byte) 1).putInt(length);

        String violation = read(wire.rewind(), 10);

        assertThat(violation).contains(Integer.toString(length)).contains(Integer.toString(MAX_FRAME_BYTES));
        assertThat(received.frames).hasSize(1);
    }

    @Test
    void aConnectionBetweenFramesHoldsNoBuffer() {
        read(wire(List.of(new byte[1000])), Integer.MAX_VALUE);
        received.frames.remove(0).release();

        reader.readComplete();

        assertThat(allocator.pinnedDirectMemory()).isZero();
    }

    @Test
    void aReadThatDidNotFillItsBufferIsTheLastOfItsTurn() {
        read(wire(List.of(new byte[10])), Integer.MAX_VALUE);

        assertThat(reader.continueReading()).isFalse();
    }

    @Test
    void nobodyKeepsTheLoopReadingForEver() {
        ByteBuffer wire = ByteBuffer.allocate(64 * MB);

        do {
            read(wire, Integer.MAX_VALUE);
        } while (reader.continueReading());

        assertThat(wire.position()).isLessThan(2 * MB);
    }

    @Test
    void aFrameForWhichThereIsNoMemoryIsNotReadBeforeThereIs() {
        // Given frames that take all there is for big ones
        for (int i = 0; i < 10; i++) {
            ByteBuffer wire = wire(List.of(new byte[2 * MB]));
            while (wire.hasRemaining()) {
                read(wire, Integer.MAX_VALUE);
            }
        }

        // When one more is announced
        ByteBuffer wire = wire(List.of(new byte[2 * MB]));
        read(wire, 1000);

        // Then it waits until another is released
        assertThat(reader.isStarved()).isTrue();
        assertThat(reader.continueReading()).isFalse();
        received.frames.removeFirst().release();
        assertThat(received.grants).isEqualTo(1);
        reader.fed(0);
        while (wire.hasRemaining()) {
            read(wire, Integer.MAX_VALUE);
        }
        assertThat(received.frames).hasSize(10);
    }

    private static ByteBuffer wire(List<byte[]> frames) {
        ByteBuffer wire = ByteBuffer.allocate(
                frames.stream().mapToInt(frame -> 4 + frame.length).sum());
        frames.forEach(frame -> wire.putInt(frame.length).put(frame));
        return wire.flip();
    }

    /** What the transport does when the socket has that many bytes. */
    private @Nullable String read(ByteBuffer wire, int available) {
        ByteBuf into = reader.allocate(allocator);
        reader.attemptedBytesRead(into.writableBytes());
        int count = Math.min(Math.min(available, wire.remaining()), into.writableBytes());
        into.writeBytes(wire.slice(wire.position(), count));
        wire.position(wire.position() + count);
        reader.lastBytesRead(count);
        into.release();
        return reader.parse(received, 0);
    }

    private static final class Received implements FrameReader.Frames, FrameBudget.Claimant {
        private int grants;

        final List<LiveFrame> frames = new ArrayList<>();

        @Override
        public void frame(LiveFrame frame) {
            frames.add(frame);
        }

        @Override
        public boolean open() {
            return true;
        }

        @Override
        public void granted() {
            grants++;
        }

        @Override
        public void expelled() {
            throw new AssertionError("nobody asked for it");
        }

        List<ByteBuffer> contents() {
            return frames.stream().map(LiveFrame::bytes).toList();
        }
    }
}
