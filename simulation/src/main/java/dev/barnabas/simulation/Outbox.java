package dev.barnabas.simulation;

import dev.barnabas.host.Part;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What a connection was given to send and the transport has not taken. Regions of files are read only when the
 * transport takes them, piece by piece.
 */
final class Outbox {
    private final Deque<Piece> pieces = new ArrayDeque<>();
    private long unsent;

    /** A piece of the stream of bytes. */
    private sealed interface Piece {
        record Memory(ByteBuffer bytes) implements Piece {}

        record OfFile(SimulatedFile file, long position, int size) implements Piece {}
    }

    /** Adds a frame and its length; returns its size with it. */
    int add(List<Part> frame) {
        int size = 0;
        for (Part part : frame) {
            size = Math.addExact(size, part.size());
        }
        pieces.add(new Piece.Memory(ByteBuffer.allocate(4).putInt(0, size)));
        for (Part part : frame) {
            switch (part) {
                case Part.Bytes bytes ->
                    pieces.add(new Piece.Memory(bytes.buffer().duplicate()));
                case Part.Region region -> pieces.add(piece(region));
            }
        }
        unsent += 4L + size;
        return 4 + size;
    }

    long unsent() {
        return unsent;
    }

    /**
     * Takes the next bytes out.
     *
     * @throws IOException when a region cannot be read as it was promised
     */
    ByteBuffer take(int atMost) throws IOException {
        ByteBuffer taken = ByteBuffer.allocate((int) Math.min(atMost, unsent));
        while (taken.hasRemaining()) {
            Piece piece = pieces.remove();
            switch (piece) {
                case Piece.Memory memory -> takeMemory(memory, taken);
                case Piece.OfFile region -> takeRegion(region, taken);
            }
        }
        // What is empty is gone with what was before it: nothing unsent means no pieces.
        while (unsent == taken.capacity() && !pieces.isEmpty()) {
            drop(pieces.remove());
        }
        unsent -= taken.capacity();
        return taken.flip();
    }

    void clear() {
        pieces.forEach(Outbox::drop);
        pieces.clear();
        unsent = 0;
    }

    private void takeMemory(Piece.Memory memory, ByteBuffer into) {
        int count = Math.min(memory.bytes.remaining(), into.remaining());
        into.put(memory.bytes.slice(memory.bytes.position(), count));
        memory.bytes.position(memory.bytes.position() + count);
        if (memory.bytes.hasRemaining()) {
            pieces.addFirst(memory);
        }
    }

    private void takeRegion(Piece.OfFile region, ByteBuffer into) throws IOException {
        int count = Math.min(region.size, into.remaining());
        ByteBuffer part = into.slice(into.position(), count);
        int read = region.file.readForSending(part, region.position);
        if (count < region.size) {
            pieces.addFirst(new Piece.OfFile(region.file, region.position + count, region.size - count));
        } else {
            region.file.node().unpin();
        }
        if (read < count) {
            throw new IOException("region of " + region.file.path() + " @" + region.position + " is gone");
        }
        into.position(into.position() + count);
    }

    private static Piece piece(Part.Region region) {
        if (!(region.file() instanceof SimulatedFile file) || file.isClosed()) {
            throw new IllegalStateException(
                    "region of a file that is not open: " + region.file().path());
        }
        if (region.position() < 0 || region.size() < 0) {
            throw new IllegalArgumentException("region with a negative position or size: " + region);
        }
        file.node().pin();
        return new Piece.OfFile(file, region.position(), region.size());
    }

    private static void drop(Piece piece) {
        if (piece instanceof Piece.OfFile region) {
            region.file.node().unpin();
        }
    }
}
