package dev.barnabas.simulation;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Makes frames of the bytes that come out of a connection. */
final class FrameAssembler {
    private final int maxFrameBytes;
    private final Dice dice;
    private final ByteBuffer header = ByteBuffer.allocate(4);
    private @Nullable ByteBuffer body;

    FrameAssembler(int maxFrameBytes, Dice dice) {
        this.maxFrameBytes = maxFrameBytes;
        this.dice = dice;
    }

    /**
     * The next whole frame, or null if more bytes are needed.
     *
     * @throws WrongLength when the length is negative or too large
     */
    @Nullable
    ByteBuffer next(ByteBuffer input) throws WrongLength {
        ByteBuffer frame = body;
        if (frame == null) {
            move(input, header);
            if (header.hasRemaining()) {
                return null;
            }
            int length = header.getInt(0);
            if (length < 0 || length > maxFrameBytes) {
                throw new WrongLength("frame of " + length + " bytes, at most " + maxFrameBytes + " are allowed");
            }
            frame = buffer(length);
            body = frame;
        }
        move(input, frame);
        if (frame.hasRemaining()) {
            return null;
        }
        body = null;
        header.clear();
        return frame.flip();
    }

    /** Of any kind that a live transport could hand out: nobody may rely on an array, or on where it begins. */
    private ByteBuffer buffer(int length) {
        if (length < 100_000 && dice.chance(1.0 / 16)) {
            return ByteBuffer.allocateDirect(length);
        }
        int offset = dice.nextInt(16);
        return ByteBuffer.allocate(length + offset).slice(offset, length);
    }

    private static void move(ByteBuffer from, ByteBuffer to) {
        int count = Math.min(from.remaining(), to.remaining());
        to.put(to.position(), from, from.position(), count);
        to.position(to.position() + count);
        from.position(from.position() + count);
    }

    /** The other side broke the framing. */
    static final class WrongLength extends Exception {
        private static final long serialVersionUID = 1L;

        WrongLength(String message) {
            super(message);
        }
    }
}
