package dev.barnabas.metadata;

import dev.barnabas.host.Disk;
import dev.barnabas.host.Loop;
import dev.barnabas.metadata.QuorumMember.Image;
import dev.barnabas.metadata.QuorumMember.Item;
import dev.barnabas.simulation.SimulatedHost;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The log of one member of a {@link SimulatedQuorum}, as long as its process runs. Belongs to one loop of it. */
final class SimulatedMetadataLog implements MetadataLog {

    private final SimulatedQuorum world;
    private final QuorumMember member;
    private final SimulatedHost host;
    private final int life;
    private final Loop loop;
    private final SimulatedVoters quorum;
    private final TreeMap<Long, Consumer<Appended>> unanswered = new TreeMap<>();

    private final Subscription subscription;
    private final MemberStorage storage;
    private final Runnable closing;
    private long nextOffset;
    private boolean awake;
    /** What the subscriber was told of. */
    private @Nullable SimulatedLeadership told;

    private OptionalInt toldLeader = OptionalInt.empty();
    private boolean snapshotting;
    private long snapshotOffset = -1;

    /** @param closing what else ends with the log */
    SimulatedMetadataLog(
            SimulatedQuorum world, QuorumMember member, SimulatedHost host, Disk disk, Runnable closing, Loop loop) {
        this.world = world;
        this.member = member;
        this.host = host;
        this.life = host.lives();
        this.loop = loop;
        this.quorum = new SimulatedVoters(world, member, this);
        this.subscription = new Subscription(loop);
        this.storage = new MemberStorage(world, member, disk, loop, this::failed);
        this.closing = closing;
    }

    /** Whether its process runs, though it may be paused. */
    boolean isAlive() {
        return subscription.present().isPresent() && host.isUp() && host.lives() == life;
    }

    MemberStorage storage() {
        return storage;
    }

    Loop loop() {
        return loop;
    }

    /** The leader that the subscriber was told of. */
    OptionalInt leader() {
        return toldLeader;
    }

    /** There may be something to tell. */
    void wake() {
        if (!awake && isAlive()) {
            awake = true;
            loop.execute(() -> {
                awake = false;
                tell();
            });
        }
    }

    @Override
    public void subscribe(long fromOffset, Subscriber newSubscriber) {
        subscription.begin(newSubscriber);
        nextOffset = fromOffset;
        storage.load(() -> {
            member.life = this;
            world.joined(member);
            wake();
        });
    }

    private void failed(IOException fault) {
        subscription.present().ifPresent(listener -> {
            close();
            listener.failed(fault);
        });
    }

    private void tell() {
        Subscriber listener = subscription.present().orElse(null);
        if (listener == null) {
            return;
        }
        SimulatedLeadership over = told;
        if (over != null && !over.holds()) {
            told = null;
            toldLeader = OptionalInt.empty();
            listener.following();
            var lost = new TreeMap<>(unanswered);
            unanswered.clear();
            lost.values().forEach(then -> then.accept(new Appended.Unknown("leadership was lost")));
        }
        deliver(listener);
        SimulatedLeadership present = member.leadership;
        if (!subscription.isClosed() && told == null && present != null && present.firstIndex < nextOffset) {
            told = present;
            toldLeader = OptionalInt.of(member.nodeId);
            listener.leading();
        }
        QuorumMember leader = member.leader;
        if (!subscription.isClosed() && told == null) {
            // One that is elected leads when it has been delivered everything.
            OptionalInt known =
                    leader == null || leader == member ? OptionalInt.empty() : OptionalInt.of(leader.nodeId);
            if (!known.equals(toldLeader)) {
                toldLeader = known;
                listener.leaderChanged();
            }
        }
    }

    private void deliver(Subscriber listener) {
        while (!subscription.isClosed() && nextOffset <= member.commitIndex) {
            Image image = member.image().orElse(null);
            if (image != null && image.lastIndex() >= nextOffset) {
                nextOffset = image.lastIndex() + 1;
                listener.restored(image.lastIndex(), image.state().duplicate());
                continue;
            }
            Item item = member.item(nextOffset++);
            ByteBuffer content = item.content();
            if (content != null) {
                listener.committed(item.index(), content.duplicate());
                Consumer<Appended> then = unanswered.remove(item.index());
                if (then != null) {
                    then.accept(new Appended.Committed(item.index()));
                }
            }
        }
    }

    @Override
    public void append(ByteBuffer entry, Consumer<Appended> then) {
        if (!subscription.takes(entry, EntryFrames.MAX_ENTRY_BYTES, then)) {
            return;
        }
        SimulatedLeadership leadership = told;
        if (leadership == null || !leadership.holds()) {
            subscription.refuse(Reason.NOT_LEADING, "this node does not lead", then);
        } else {
            unanswered.put(leadership.append(entry, null), then);
        }
    }

    @Override
    public void snapshot(long lastOffset, Supplier<ByteBuffer> state, Consumer<@Nullable IOException> then) {
        loop.requireCurrent();
        if (snapshotting || subscription.isClosed()) {
            return;
        }
        if (lastOffset >= nextOffset) {
            throw new IllegalArgumentException("not delivered: " + lastOffset);
        }
        snapshotting = true;
        snapshotOffset = lastOffset;
        storage.work(state::get, taken -> {
            if (member.holds(lastOffset)) {
                member.take(new Image(
                        lastOffset,
                        member.termAt(lastOffset),
                        taken,
                        member.votersAt(lastOffset),
                        member.bytesUpTo(lastOffset)));
            }
            storage.writeAnew(() -> {
                snapshotting = false;
                then.accept(null);
            });
        });
    }

    @Override
    public long bytesSinceSnapshot() {
        long from =
                Math.max(snapshotOffset, member.image().map(Image::lastIndex).orElse(-1L));
        return Math.max(0, member.bytesUpTo(nextOffset - 1) - member.bytesUpTo(from));
    }

    @Override
    public Quorum quorum() {
        return quorum;
    }

    @Override
    public void close() {
        if (!subscription.isClosed()) {
            subscription.close();
            storage.close();
            closing.run();
            unanswered.clear();
        }
    }
}
