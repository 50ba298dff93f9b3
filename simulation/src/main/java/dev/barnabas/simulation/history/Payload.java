package dev.barnabas.simulation.history;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The value of a record that says which message it is and proves that it is whole: checksum (4 bytes), length of all
 * (4), number (8), length of the producer's name (2), the name, and filler that follows from the number.
 */
public final class Payload {
    private static final int FIXED = 4 + 4 + 8 + 2;

    private Payload() {}

    /** @param size bytes in all; it is made larger if the message does not fit */
    public static byte[] encode(Message message, int size) {
        byte[] producer = message.producer().getBytes(UTF_8);
        ByteBuffer value = ByteBuffer.allocate(Math.max(size, FIXED + producer.length));
        value.putInt(0)
                .putInt(value.capacity())
                .putLong(message.number())
                .putShort((short) producer.length)
                .put(producer);
        while (value.hasRemaining()) {
            value.put((byte) (message.number() + value.position()));
        }
        return value.putInt(0, checksum(value.flip())).array();
    }

    /** The message of a value, or empty if the value was not made by {@link #encode}, or is not as it was made. */
    public static Optional<Message> decode(ByteBuffer value) {
        ByteBuffer read = value.slice();
        try {
            int checksum = read.getInt();
            int size = read.getInt();
            long number = read.getLong();
            int length = read.getShort();
            if (size != read.capacity() || length < 0 || length > read.remaining() || checksum != checksum(read)) {
                return Optional.empty();
            }
            byte[] producer = new byte[length];
            read.get(producer);
            return Optional.of(new Message(new String(producer, UTF_8), number));
        } catch (BufferUnderflowException e) {
            return Optional.empty();
        }
    }

    private static int checksum(ByteBuffer value) {
        CRC32C crc = new CRC32C();
        crc.update(value.slice(4, value.capacity() - 4));
        return (int) crc.getValue();
    }
}
