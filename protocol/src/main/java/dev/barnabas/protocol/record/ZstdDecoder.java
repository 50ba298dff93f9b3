package dev.barnabas.protocol.record;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.nio.ByteBuffer;

/** Reads zstd frames (RFC 8878), one behind the other, straight from the buffer. */
final class ZstdDecoder extends Decoder {
    private final ByteBuffer input;
    private final ZstdDecompressCtx zstd;
    private boolean ended;

    ZstdDecoder(ByteBuffer input, ZstdDecompressCtx zstd) {
        this.input = input.duplicate();
        this.zstd = zstd;
        this.ended = !input.hasRemaining();
    }

    @Override
    int room() {
        return ended ? 0 : STEP;
    }

    @Override
    void decode(ByteBuffer target) {
        int before = target.position();
        int unread = input.remaining();
        boolean frameEnded;
        try {
            frameEnded = zstd.decompressByteBufferStream(target, input);
        } catch (ZstdException broken) {
            throw CorruptRecordException.compressed("Not zstd data: " + broken.getMessage(), broken);
        }
        ended = frameEnded && !input.hasRemaining();
        if (!frameEnded && target.position() == before && input.remaining() == unread) {
            throw CorruptRecordException.compressed("The zstd data ends too early");
        }
    }
}
