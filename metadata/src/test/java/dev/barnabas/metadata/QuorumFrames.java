package dev.barnabas.metadata;

import dev.barnabas.metadata.QuorumMember.Image;
import dev.barnabas.metadata.QuorumMember.Item;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link MemberStorage} writes: length of the rest (4 bytes), CRC-32C of the rest (4), kind (1), index (8), term
 * (4), bytes of content before (8), and the content: of a snapshot the voters and the state, of an entry its bytes, of
 * a change of the voters those. Voters are numbers of members, with how many there are (4 each).
 */
final class QuorumFrames {

    private static final byte IMAGE = 1;
    private static final byte ENTRY = 2;
    private static final byte VOTERS = 3;
    private static final byte BEGINNING = 4;
    private static final int HEAD = 8;
    private static final int FIXED = 1 + 8 + 4 + 8;

    private QuorumFrames() {}

    /** What a file says. */
    record Content(@Nullable Image image, List<Item> items) {}

    static ByteBuffer all(QuorumMember member, SimulatedQuorum quorum) {
        List<ByteBuffer> frames = new ArrayList<>();
        member.image().ifPresent(image -> {
            ByteBuffer voters = voters(image.voters(), quorum);
            ByteBuffer content = ByteBuffer.allocate(
                            voters.remaining() + image.state().remaining())
                    .put(voters)
                    .put(image.state().duplicate())
                    .flip();
            frames.add(frame(IMAGE, image.lastIndex(), image.lastTerm(), image.bytesEnd(), content));
        });
        member.behindImage().forEach(item -> frames.add(frame(item, quorum)));
        return joined(frames);
    }

    static ByteBuffer of(List<Item> items, SimulatedQuorum quorum) {
        return joined(items.stream().map(item -> frame(item, quorum)).toList());
    }

    private static ByteBuffer frame(Item item, SimulatedQuorum quorum) {
        ByteBuffer content = item.content();
        List<QuorumMember> voters = item.voters();
        if (content != null) {
            return frame(ENTRY, item.index(), item.term(), item.bytesBefore(), content.duplicate());
        }
        return voters != null
                ? frame(VOTERS, item.index(), item.term(), item.bytesBefore(), voters(voters, quorum))
                : frame(BEGINNING, item.index(), item.term(), item.bytesBefore(), ByteBuffer.allocate(0));
    }

    private static ByteBuffer frame(byte kind, long index, int term, long bytesBefore, ByteBuffer content) {
        int length = FIXED + content.remaining();
        ByteBuffer frame = ByteBuffer.allocate(HEAD + length);
        frame.putInt(length).putInt(0);
        frame.put(kind).putLong(index).putInt(term).putLong(bytesBefore).put(content);
        frame.flip();
        return frame.putInt(4, checksum(frame, 0, length));
    }

    private static ByteBuffer voters(List<QuorumMember> voters, SimulatedQuorum quorum) {
        ByteBuffer numbers = ByteBuffer.allocate(4 + 4 * voters.size()).putInt(voters.size());
        voters.forEach(voter -> numbers.putInt(quorum.members().indexOf(voter)));
        return numbers.flip();
    }

    private static List<QuorumMember> voters(ByteBuffer numbers, SimulatedQuorum quorum) {
        List<QuorumMember> voters = new ArrayList<>();
        for (int left = numbers.getInt(); left > 0; left--) {
            voters.add(quorum.members().get(numbers.getInt()));
        }
        return List.copyOf(voters);
    }

    private static ByteBuffer joined(List<ByteBuffer> frames) {
        ByteBuffer all = ByteBuffer.allocate(
                frames.stream().mapToInt(ByteBuffer::remaining).sum());
        frames.forEach(all::put);
        return all.flip();
    }

    private static int checksum(ByteBuffer bytes, int frame, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(frame + HEAD, length));
        return (int) crc.getValue();
    }

    /** Everything up to the first frame that is not whole. */
    static Content parse(ByteBuffer bytes, SimulatedQuorum quorum) {
        Image image = null;
        List<Item> items = new ArrayList<>();
        while (bytes.remaining() >= HEAD + FIXED) {
            int at = bytes.position();
            int length = bytes.getInt();
            int checksum = bytes.getInt();
            if (length < FIXED || length > bytes.remaining() || checksum(bytes, at, length) != checksum) {
                break;
            }
            byte kind = bytes.get();
            long index = bytes.getLong();
            int term = bytes.getInt();
            long bytesBefore = bytes.getLong();
            ByteBuffer content = bytes.slice(bytes.position(), length - FIXED);
            bytes.position(at + HEAD + length);
            if (kind == IMAGE) {
                List<QuorumMember> voters = voters(content, quorum);
                image = new Image(index, term, content.slice(), voters, bytesBefore);
            } else {
                while (!items.isEmpty() && items.getLast().index() >= index) {
                    items.removeLast();
                }
                items.add(
                        switch (kind) {
                            case ENTRY -> new Item(index, term, content, null, bytesBefore);
                            case VOTERS -> new Item(index, term, null, voters(content, quorum), bytesBefore);
                            case BEGINNING -> new Item(index, term, null, null, bytesBefore);
                            default -> throw new IllegalStateException("a frame of kind " + kind);
                        });
            }
        }
        return new Content(image, items);
    }
}
