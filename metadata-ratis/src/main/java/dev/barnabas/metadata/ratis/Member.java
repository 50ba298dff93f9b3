package dev.barnabas.metadata.ratis;

import dev.barnabas.host.Endpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.RaftPeer;

/** A member of the quorum and where it was said to be. */
record Member(MemberId id, Endpoint address, boolean votes) {

    RaftPeer peer() {
        return RaftPeer.newBuilder()
                .setId(id.peer())
                .setAddress(address.toString())
                .setStartupRole(votes ? RaftPeerRole.FOLLOWER : RaftPeerRole.LISTENER)
                .build();
    }

    static Member of(RaftPeer peer, boolean votes) {
        String address = peer.getAddress();
        int colon = address.lastIndexOf(':');
        String host = address.substring(0, colon).replace("[", "").replace("]", "");
        return new Member(
                MemberId.of(peer.getId()),
                new Endpoint(host, Integer.parseInt(address, colon + 1, address.length(), 10)),
                votes);
    }

    /** Those that were stored; nobody if none ever were. */
    static List<Member> read(Path file) throws IOException {
        List<Member> members = new ArrayList<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                String[] words = line.split(" ", -1);
                if (words.length != 4) {
                    throw new IOException(file + " is damaged: " + line);
                }
                members.add(new Member(
                        MemberId.of(words[0]),
                        new Endpoint(words[1], Integer.parseInt(words[2])),
                        words[3].equals("voter")));
            }
        }
        return members;
    }

    /** Stores them for good. */
    static void write(Path file, List<Member> members) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Member member : members) {
            text.append(member.id)
                    .append(' ')
                    .append(member.address.host())
                    .append(' ')
                    .append(member.address.port())
                    .append(member.votes ? " voter\n" : " observer\n");
        }
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text.toString());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        syncNamesAround(file);
    }

    /** Makes the names in the folder of this file or folder safe. */
    static void syncNamesAround(Path path) throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        if (folder != null) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
