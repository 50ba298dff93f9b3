package dev.barnabas.host;

import java.nio.ByteBuffer;

/** A part of an outgoing frame. */
public sealed interface Part {

    int size();

    /**
     * The remaining bytes of a buffer. They belong to the connection until the frame is sent or the connection closed.
     */
    record Bytes(ByteBuffer buffer) implements Part {
        @Override
        public int size() {
            return buffer.remaining();
        }
    }

    /** A region of a file, sent without passing through the process where the transport allows it (sendfile). */
    record Region(DiskFile file, long position, int size) implements Part {}
}
