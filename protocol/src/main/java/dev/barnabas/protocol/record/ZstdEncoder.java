package dev.barnabas.protocol.record;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.nio.ByteBuffer;

/** Writes one zstd frame (RFC 8878). The batch has its CRC, so the frame needs no checksum. */
final class ZstdEncoder extends Encoder {
    private final ZstdCompressCtx zstd = new ZstdCompressCtx();

    ZstdEncoder(int level) {
        zstd.setLevel(level);
    }

    @Override
    int maxSize(int plainSize) {
        return Math.toIntExact(Zstd.compressBound(plainSize));
    }

    @Override
    void encode(byte[] plain, int from, int size, ByteBuffer target) {
        int compressed = zstd.compressByteArray(
                target.array(), target.arrayOffset() + target.position(), target.remaining(), plain, from, size);
        target.position(target.position() + compressed);
    }

    @Override
    void close() {
        zstd.close();
    }
}
