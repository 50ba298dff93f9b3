package dev.barnabas.host.live;

import io.netty.channel.DefaultFileRegion;

/** A piece of a file on its way to a socket by sendfile. It holds a reference on the descriptor until it is sent. */
final class FileTransfer extends DefaultFileRegion {
    private final Descriptor descriptor;

    /** Takes over one reference on the descriptor. */
    FileTransfer(Descriptor descriptor, long position, long count) {
        super(descriptor.channel(), position, count);
        this.descriptor = descriptor;
    }

    @Override
    protected void deallocate() {
        // Not super, which would close the channel.
        descriptor.release();
    }
}
