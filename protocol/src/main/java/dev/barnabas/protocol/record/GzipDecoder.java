package dev.barnabas.protocol.record;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Reads members of a gzip file (RFC 1952), one behind the other, straight from the buffer. */
final class GzipDecoder extends Decoder {
    private static final int MAGIC = 0x8b1f;
    private static final int DEFLATE = 8;
    private static final int HEADER_SIZE = 10;
    private static final int TRAILER_SIZE = 8;
    private static final int FLAG_HEADER_CRC = 1 << 1;
    private static final int FLAG_EXTRA = 1 << 2;
    private static final int FLAG_NAME = 1 << 3;
    private static final int FLAG_COMMENT = 1 << 4;
    private static final int RESERVED_FLAGS = 0xe0;

    private final ByteBuffer input;
    private final Inflater inflater;
    private final CRC32 crc = new CRC32();
    private long memberSize;
    private boolean inMember;
    private boolean ended;

    GzipDecoder(ByteBuffer input, Inflater inflater) {
        this.input = input.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        this.inflater = inflater;
    }

    @Override
    int room() {
        return ended ? 0 : STEP;
    }

    @Override
    void decode(ByteBuffer target) {
        if (!inMember) {
            readHeader();
            inflater.reset();
            inflater.setInput(input);
            crc.reset();
            memberSize = 0;
            inMember = true;
        }
        int from = target.position();
        try {
            int size = inflater.inflate(target);
            memberSize += size;
            crc.update(target.slice(from, size));
            if (size == 0 && !inflater.finished()) {
                throw CorruptRecordException.compressed("The gzip data ends too early");
            }
        } catch (DataFormatException broken) {
            throw CorruptRecordException.compressed("Not deflate data: " + broken.getMessage(), broken);
        }
        if (inflater.finished()) {
            readTrailer();
            inMember = false;
            // As gzip itself does, what follows the last member and is not one is left alone.
            ended = input.remaining() < HEADER_SIZE + TRAILER_SIZE
                    || Short.toUnsignedInt(input.getShort(input.position())) != MAGIC;
        }
    }

    private void readHeader() {
        need(HEADER_SIZE);
        if (Short.toUnsignedInt(input.getShort()) != MAGIC || input.get() != DEFLATE) {
            throw CorruptRecordException.compressed("Not gzip data");
        }
        int flags = input.get();
        if ((flags & RESERVED_FLAGS) != 0) {
            throw CorruptRecordException.compressed("Unknown flags in a gzip header: " + flags);
        }
        skip(HEADER_SIZE - 4);
        if ((flags & FLAG_EXTRA) != 0) {
            need(2);
            skip(Short.toUnsignedInt(input.getShort()));
        }
        if ((flags & FLAG_NAME) != 0) {
            skipText();
        }
        if ((flags & FLAG_COMMENT) != 0) {
            skipText();
        }
        if ((flags & FLAG_HEADER_CRC) != 0) {
            skip(2);
        }
    }

    private void readTrailer() {
        need(TRAILER_SIZE);
        if (input.getInt() != (int) crc.getValue() || input.getInt() != (int) memberSize) {
            throw CorruptRecordException.compressed("The checksum of the gzip data is wrong");
        }
    }

    private void need(int size) {
        if (input.remaining() < size) {
            throw CorruptRecordException.compressed("The gzip data ends too early");
        }
    }

    private void skip(int size) {
        need(size);
        input.position(input.position() + size);
    }

    private void skipText() {
        do {
            need(1);
        } while (input.get() != 0);
    }
}
