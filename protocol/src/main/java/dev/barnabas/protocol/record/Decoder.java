package dev.barnabas.protocol.record;

import java.nio.ByteBuffer;

/**
 * Turns compressed bytes into plain ones, step by step. It is made for one input, which is direct or has an array.
 *
 * <p>What is wrong with the input it says with {@link CorruptRecordException}, and it never asks for memory that is out
 * of proportion to the input.
 */
abstract class Decoder {
    /** How large a piece of output is where the format does not say. */
    static final int STEP = 32 * 1024;

    /** How much room {@link #decode} needs to make a step; 0 when all was decoded. */
    abstract int room();

    /**
     * Makes one step, writing to the target from its position on. A step may yield nothing, but uses some input then.
     */
    abstract void decode(ByteBuffer target);
}
