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
 * @param wantsIn whether it is in no quorum that it knows of, and asks the leader to be added
 */
record Greeting(MemberId from, Endpoint address, boolean wantsIn) {

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
        out.writeBoolean(wantsIn);
        return bytes.toByteArray();
    }

    static Greeting decode(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        try {
            return new Greeting(MemberId.of(in.readUTF()), endpoint(in), in.readBoolean());
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
