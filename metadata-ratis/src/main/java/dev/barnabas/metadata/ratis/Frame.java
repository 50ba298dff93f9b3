package dev.barnabas.metadata.ratis;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** A message between members; the package's documentation has its form. Frames are not compared. */
@SuppressWarnings("ArrayRecordComponent")
record Frame(byte kind, long call, byte[] content) {

    static final byte ANSWER = 0;
    static final byte FAILURE = -1;
    static final byte VOTE = 1;
    static final byte APPEND = 2;
    static final byte SNAPSHOT = 3;
    static final byte ELECTION = 4;
    static final byte GREETING = 5;

    private static final int HEADER = 9;
    private static final int MAX_BYTES = 16 << 20;

    static Frame read(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < HEADER || length > MAX_BYTES) {
            throw new IOException("a frame of " + length + " bytes");
        }
        byte kind = in.readByte();
        long call = in.readLong();
        byte[] content = in.readNBytes(length - HEADER);
        if (content.length < length - HEADER) {
            throw new IOException("the connection ended within a frame");
        }
        return new Frame(kind, call, content);
    }

    /** One at a time. */
    void write(DataOutputStream out) throws IOException {
        out.writeInt(HEADER + content.length);
        out.writeByte(kind);
        out.writeLong(call);
        out.write(content);
        out.flush();
    }
}
