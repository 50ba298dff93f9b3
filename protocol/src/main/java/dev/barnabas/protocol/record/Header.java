package dev.barnabas.protocol.record;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A header of a record (KIP-82). Keys may repeat, and the order counts.
 *
 * @param value null and empty are different things; must not be changed by who reads it
 */
public record Header(String key, @Nullable ByteBuffer value) {}
