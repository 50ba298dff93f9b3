package dev.barnabas.metadata;

import dev.barnabas.host.Endpoint;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.simulation.SimulatedHost;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One voter or observer of a {@link SimulatedQuorum}: what it has on stable storage, which outlives its process, and
 * what its present process knows.
 */
final class QuorumMember {

    final int nodeId;
    private final List<QuorumMember> founders;

    /** Unknown as long as a founder has never been started. */
    @Nullable
    Uuid directoryId;

    @Nullable
    SimulatedHost host;

    @Nullable
    Endpoint address;

    /** Whether its node has another directory now. */
    boolean replaced;

    /** Whether its node had another directory before. */
    boolean succeeds;

    /** On stable storage at once: see {@link MemberStorage}. */
    int term;

    // In memory; what of it is kept is in its storage.
    private @Nullable Image image;
    private List<Item> items = new ArrayList<>();
    /** Of the last item that is safe from a loss of power. */
    long syncedIndex = -1;

    private int syncedTerm;

    @Nullable
    SimulatedMetadataLog life;

    @Nullable
    QuorumMember leader;

    @Nullable
    SimulatedLeadership leadership;

    long commitIndex = -1;
    Duration heard = Duration.ZERO;
    Duration patience = Duration.ZERO;

    /** @param founders the first voters */
    QuorumMember(int nodeId, List<QuorumMember> founders) {
        this.nodeId = nodeId;
        this.founders = founders;
    }

    /**
     * An entry of the log. Has content, or names the voters from here on, or neither: the first of a leader.
     *
     * @param bytesBefore of all entries before it
     */
    record Item(
            long index,
            int term,
            @Nullable ByteBuffer content,
            @Nullable List<QuorumMember> voters,
            long bytesBefore) {

        long bytesEnd() {
            return bytesBefore + (content == null ? 0 : content.remaining());
        }
    }

    /** A snapshot: stands for all items up to that one. */
    record Image(long lastIndex, int lastTerm, ByteBuffer state, List<QuorumMember> voters, long bytesEnd) {}

    Optional<Image> image() {
        return Optional.ofNullable(image);
    }

    long lastIndex() {
        return items.isEmpty() ? imageIndex() : items.getLast().index;
    }

    int lastTerm() {
        return items.isEmpty() ? (image == null ? 0 : image.lastTerm) : items.getLast().term;
    }

    long imageIndex() {
        return image == null ? -1 : image.lastIndex;
    }

    /** The item at an index behind the snapshot. */
    Item item(long index) {
        return items.get((int) (index - imageIndex() - 1));
    }

    /** Whether the item at an index is behind the snapshot. */
    boolean holds(long index) {
        return index > imageIndex() && index <= lastIndex();
    }

    /** The term of the item at an index, -1 if it is not known. */
    int termAt(long index) {
        if (index == imageIndex()) {
            return image == null ? 0 : image.lastTerm;
        }
        return holds(index) ? item(index).term : -1;
    }

    List<Item> from(long index, int most) {
        List<Item> wanted = new ArrayList<>();
        for (long next = index; next <= lastIndex() && wanted.size() < most; next++) {
            wanted.add(item(next));
        }
        return wanted;
    }

    /** How many bytes of content there are up to and including an index. */
    long bytesUpTo(long index) {
        return holds(index) ? item(index).bytesEnd() : image == null ? 0 : image.bytesEnd;
    }

    /** Those that the newest item says, committed or not. */
    List<QuorumMember> voters() {
        return votersAt(lastIndex());
    }

    /** Those that count after the item at an index. */
    List<QuorumMember> votersAt(long index) {
        for (Item item : items.reversed()) {
            if (item.voters != null && item.index <= index) {
                return item.voters;
            }
        }
        return image == null ? founders : image.voters;
    }

    List<QuorumMember> founders() {
        return founders;
    }

    boolean isVoter() {
        return voters().contains(this);
    }

    Item append(int leaderTerm, @Nullable ByteBuffer content, @Nullable List<QuorumMember> voters) {
        Item item = new Item(lastIndex() + 1, leaderTerm, content, voters, bytesUpTo(lastIndex()));
        items.add(item);
        return item;
    }

    /** Takes over what a leader has sent, the first of which follows on one that both have; returns what is new. */
    List<Item> accept(List<Item> sent) {
        List<Item> accepted = new ArrayList<>();
        for (Item item : sent) {
            if (item.index <= imageIndex() || termAt(item.index) == item.term) {
                continue;
            }
            if (item.index <= commitIndex) {
                throw new IllegalStateException("a committed entry would be replaced: " + item.index);
            }
            truncate(item.index);
            items.add(item);
            accepted.add(item);
        }
        return accepted;
    }

    private void truncate(long index) {
        while (lastIndex() >= index && !items.isEmpty()) {
            items.removeLast();
        }
        noteSynced(Math.min(syncedIndex, lastIndex()));
    }

    /**
     * These are on stable storage, and whatever was written before them; some may have been replaced meanwhile.
     *
     * @param imageIndex of the last entry in the snapshot that is, -1 if none was written
     */
    void synced(long imageIndex, List<Item> written) {
        if (imageIndex <= imageIndex()) {
            noteSynced(Math.max(syncedIndex, imageIndex));
        }
        for (Item item : written) {
            if (termAt(item.index) == item.term) {
                noteSynced(Math.max(syncedIndex, item.index));
            }
        }
    }

    private void noteSynced(long index) {
        if (index != syncedIndex) {
            syncedIndex = index;
            syncedTerm = termAt(index);
        }
    }

    List<Item> behindImage() {
        return List.copyOf(items);
    }

    /** A snapshot of its own: what is behind it stays. */
    void take(Image taken) {
        List<Item> rest = new ArrayList<>(items);
        rest.removeIf(item -> item.index <= taken.lastIndex);
        image = taken;
        items = rest;
    }

    /** A snapshot that a leader has sent. */
    void install(Image sent) {
        if (termAt(sent.lastIndex) == sent.lastTerm) {
            take(sent);
        } else {
            image = sent;
            items = new ArrayList<>();
            noteSynced(-1);
        }
    }

    /** What a process that starts has found on its drive: everything that was synced, and perhaps some of the rest. */
    void restored(MemberStorage.Found found) {
        QuorumFrames.Content content = found.content();
        image = content == null ? null : content.image();
        items = content == null ? new ArrayList<>() : new ArrayList<>(content.items());
        if (syncedIndex > imageIndex() && termAt(syncedIndex) != syncedTerm) {
            throw new IllegalStateException(this + " has synced " + syncedIndex + " and has only " + lastIndex());
        }
        leader = null;
        leadership = null;
        commitIndex = imageIndex();
    }

    /** Whether its process runs and takes part now. */
    boolean isActive() {
        SimulatedHost machine = host;
        SimulatedMetadataLog process = life;
        return machine != null && process != null && process.isAlive() && !machine.isPaused();
    }

    SimulatedHost machine() {
        SimulatedHost present = host;
        if (present == null) {
            throw new IllegalStateException(this + " was never started");
        }
        return present;
    }

    Uuid directory() {
        Uuid known = directoryId;
        return known == null ? Uuid.ZERO : known;
    }

    /** Tells its process that there is something to tell. */
    void changed() {
        SimulatedMetadataLog present = life;
        if (present != null) {
            present.wake();
        }
    }

    @Override
    public String toString() {
        return "member " + nodeId;
    }
}
