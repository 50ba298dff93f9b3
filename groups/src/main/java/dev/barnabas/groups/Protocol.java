package dev.barnabas.groups;

import java.nio.ByteBuffer;

/**
 * A protocol (an assignor, in a consumer group) that a member supports.
 *
 * @param metadata what the member tells the leader, opaque to the coordinator; owned by nobody else, position 0
 */
record Protocol(String name, ByteBuffer metadata) {

    Protocol {
        metadata = metadata.asReadOnlyBuffer();
    }

    @Override
    public ByteBuffer metadata() {
        return metadata.duplicate();
    }
}
