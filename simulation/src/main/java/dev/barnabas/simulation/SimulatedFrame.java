package dev.barnabas.simulation;

import dev.barnabas.host.Frame;
import java.nio.ByteBuffer;

/**
 * A frame that is overwritten as soon as it is released, so that whoever looks at it afterwards gets nonsense, and that
 * fails the run when it is released twice.
 */
final class SimulatedFrame implements Frame {
    private static final byte GARBAGE = (byte) 0xDB;

    private final SimulatedProcess owner;
    private final ByteBuffer bytes;
    private boolean released;

    SimulatedFrame(SimulatedProcess owner, ByteBuffer bytes) {
        this.owner = owner;
        this.bytes = bytes;
        owner.frameHanded();
    }

    @Override
    public ByteBuffer bytes() {
        if (released) {
            throw new IllegalStateException("the bytes of a released frame");
        }
        return bytes;
    }

    @Override
    public void release() {
        if (released) {
            throw new IllegalStateException("a frame was released twice");
        }
        released = true;
        owner.frameReleased();
        for (int i = 0; i < bytes.capacity(); i++) {
            bytes.put(i, GARBAGE);
        }
    }
}
