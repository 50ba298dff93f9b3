package dev.barnabas.metadata;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A node that does not want to lead. */
public record Deputy(MetadataLog log) implements MetadataLog.Subscriber {

    @Override
    public void restored(long lastOffset, ByteBuffer state) {}

    @Override
    public void committed(long offset, ByteBuffer entry) {}

    @Override
    public void leading() {
        log.quorum().resign(() -> {
            if (log.quorum().leader().isPresent()) {
                leading();
            }
        });
    }

    @Override
    public void following() {}

    @Override
    public void leaderChanged() {}

    @Override
    public void failed(IOException fault) {
        throw new AssertionError(fault);
    }
}
