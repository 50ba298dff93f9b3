package dev.barnabas.metadata.ratis;

import dev.barnabas.host.Endpoint;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a member says to an address of which it does not know who is there, or whether that one knows where it is.
 *
 * @param wish what it asks the leader for
 */
record Greeting(MemberId from, Endpoint address, Wish wish) {

    /** Encoded as the position, in one byte. */
    enum Wish {
        NOTHING,
        /** It is in no quorum that it knows of, and wants to be added. */
        ADMISSION,
        /** It observes, and wants the vote that its node had with another disk. */
        SUCCESSION,
        /** It observes, and wants a vote. */
        VOTE
    }

    private static final int MAX_MEMBERS = 10_000;

    /** @param members of its quorum; empty if it belongs to none */
    record Answer(MemberId from, Optional<MemberId> leader, List<Member> members) {

        byte[] encode() throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeUTF(from.toString());
            out.writeUTF(leader.map(MemberId::toString).orElse(""));
            out.writeInt(members.size());
            for (Member member : members) {
                out.writeUTF(member.id().toString());
                write(out, member.address());
                out.writeBoolean(member.votes());
            }
            return bytes.toByteArray();
        }

        static Answer decode(byte[] bytes) throws IOException {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
            try {
                MemberId from = MemberId.of(in.readUTF());
                String leader = in.readUTF();
                int count = in.readInt();
                if (count < 0 || count > MAX_MEMBERS) {
                    throw new IOException("a quorum of " + count + " members");
                }
                List<Member> members = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    members.add(new Member(MemberId.of(in.readUTF()), endpoint(in), in.readBoolean()));
                }
                return new Answer(
                        from, leader.isEmpty() ? Optional.empty() : Optional.of(MemberId.of(leader)), members);
            } catch (IllegalArgumentException malformed) {
                throw new IOException("an answer that is none", malformed);
            }
        }
    }

    byte[] encode() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeUTF(from.toString());
        write(out, address);
        out.writeByte(wish.ordinal());
        return bytes.toByteArray();
    }

    static Greeting decode(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        try {
            MemberId from = MemberId.of(in.readUTF());
            Endpoint address = endpoint(in);
            int wish = in.readUnsignedByte();
            if (wish >= Wish.values().length) {
                throw new IOException("a greeting with a wish that is not known: " + wish);
            }
            return new Greeting(from, address, Wish.values()[wish]);
        } catch (IllegalArgumentException malformed) {
            throw new IOException("a greeting that is none", malformed);
        }
    }

    private static void write(DataOutputStream out, Endpoint address) throws IOException {
        out.writeUTF(address.host());
        out.writeInt(address.port());
    }

    private static Endpoint endpoint(DataInputStream in) throws IOException {
        return new Endpoint(in.readUTF(), in.readInt());
    }
}
