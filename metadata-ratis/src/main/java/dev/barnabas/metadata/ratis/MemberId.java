package dev.barnabas.metadata.ratis;

import dev.barnabas.protocol.Uuid;
import java.util.HexFormat;
import org.apache.ratis.protocol.RaftPeerId;

/** A node together with the directory in which it keeps the log. What Ratis knows it as follows from that. */
record MemberId(int nodeId, Uuid directoryId) {

    RaftPeerId peer() {
        HexFormat hex = HexFormat.of();
        return RaftPeerId.valueOf(nodeId
                + "-"
                + hex.toHexDigits(directoryId.mostSignificantBits())
                + hex.toHexDigits(directoryId.leastSignificantBits()));
    }

    static MemberId of(RaftPeerId peer) {
        return of(peer.toString());
    }

    static MemberId of(String text) {
        int dash = text.indexOf('-');
        if (dash < 1 || text.length() != dash + 33) {
            throw new IllegalArgumentException("not a member's id: " + text);
        }
        return new MemberId(
                Integer.parseInt(text, 0, dash, 10),
                new Uuid(
                        HexFormat.fromHexDigitsToLong(text, dash + 1, dash + 17),
                        HexFormat.fromHexDigitsToLong(text, dash + 17, dash + 33)));
    }

    @Override
    public String toString() {
        return peer().toString();
    }
}
