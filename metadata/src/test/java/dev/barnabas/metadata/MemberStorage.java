package dev.barnabas.metadata;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.host.Loop;
import dev.barnabas.metadata.QuorumMember.Item;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a member of a {@link SimulatedQuorum} keeps on a drive of its machine, so that a loss of power, a torn write, a
 * failing, slow or lost disk is the same to the quorum as to all else of the node. One for each process. One write is
 * under way at a time; what is asked for meanwhile is written together and synced once.
 *
 * <p>A file is a generation: the snapshot, if there is one, and the items behind it as they came, where an item takes
 * the place of the one at its index and of all behind that. It gets its name when it is on stable storage; a snapshot,
 * and every start, begins another one. What a crash has left behind the last whole frame is dropped.
 *
 * <p>As with Ratis a log that cannot be written fails for good, for want of space too. The term and the vote are not
 * here: a member votes at the moment at which its vote is on stable storage.
 */
final class MemberStorage {

    private static final String FOLDER = "quorum";
    private static final String TEMPORARY = ".tmp";

    private final SimulatedQuorum quorum;
    private final QuorumMember member;
    private final Disk disk;
    private final Loop loop;
    private final Consumer<IOException> failure;
    private @Nullable DiskFile file;
    private long generation;
    private List<Item> unwritten = new ArrayList<>();
    private List<Runnable> waiting = new ArrayList<>();
    private boolean anew;
    private boolean busy;
    private boolean ended;

    /** @param failure called once, when nothing can be kept any more */
    MemberStorage(SimulatedQuorum quorum, QuorumMember member, Disk disk, Loop loop, Consumer<IOException> failure) {
        this.quorum = quorum;
        this.member = member;
        this.disk = disk;
        this.loop = loop;
        this.failure = failure;
    }

    /** Gives the member what it has kept. */
    void load(Runnable then) {
        busy = true;
        work(this::read, found -> {
            member.restored(found);
            generation = found.generation;
            anew = true;
            waiting.add(then);
            goOn();
        });
    }

    /** Keeps these; {@code stable} when they are on stable storage, with all that was asked for before. */
    void write(List<Item> items, Runnable stable) {
        unwritten.addAll(items);
        waiting.add(stable);
        begin();
    }

    /** Keeps the member's snapshot and what it has behind it. */
    void writeAnew(Runnable stable) {
        anew = true;
        waiting.add(stable);
        begin();
    }

    void close() {
        ended = true;
    }

    private void begin() {
        if (!busy && !ended && !waiting.isEmpty()) {
            busy = true;
            goOn();
        }
    }

    private void goOn() {
        List<Runnable> group = waiting;
        waiting = new ArrayList<>();
        if (anew) {
            anew = false;
            unwritten = new ArrayList<>();
            publish(QuorumFrames.all(member, quorum), group);
            return;
        }
        List<Item> items = unwritten;
        unwritten = new ArrayList<>();
        if (items.isEmpty()) {
            // Everything that was asked for before is on stable storage.
            done(-1, items, group);
            return;
        }
        DiskFile open = file();
        ByteBuffer frames = QuorumFrames.of(items, quorum);
        work(() -> open.append(frames), at -> sync(open, () -> done(-1, items, group)));
    }

    private void publish(ByteBuffer frames, List<Runnable> group) {
        long imageIndex = member.imageIndex();
        List<Item> items = member.behindImage();
        DiskFile former = file;
        String name = name(++generation);
        Disk.Work<DiskFile> write = () -> {
            disk.delete(name + TEMPORARY);
            DiskFile written = disk.open(name + TEMPORARY);
            written.append(frames);
            return written;
        };
        Disk.Work<Boolean> rename = () -> {
            disk.rename(name + TEMPORARY, name);
            return true;
        };
        work(
                write,
                written -> sync(
                        written,
                        () -> work(
                                rename,
                                renamed -> syncNames(() -> {
                                    file = written;
                                    work(() -> deleteFormer(former, name), deleted -> done(imageIndex, items, group));
                                }))));
    }

    private boolean deleteFormer(@Nullable DiskFile former, String name) throws IOException {
        if (former != null) {
            former.close();
        }
        for (String other : disk.list(FOLDER)) {
            if (!name.endsWith(other)) {
                disk.delete(FOLDER + "/" + other);
            }
        }
        return true;
    }

    private void done(long imageIndex, List<Item> items, List<Runnable> group) {
        member.synced(imageIndex, items);
        busy = false;
        group.forEach(Runnable::run);
        begin();
    }

    private DiskFile file() {
        DiskFile open = file;
        if (open == null) {
            throw new IllegalStateException("nothing has been loaded");
        }
        return open;
    }

    /** What was found: nothing, or a generation. */
    record Found(long generation, QuorumFrames.@Nullable Content content) {}

    private Found read() throws IOException {
        long newest = 0;
        for (String name : disk.list(FOLDER)) {
            if (!name.endsWith(TEMPORARY)) {
                newest = Math.max(newest, Long.parseLong(name));
            }
        }
        if (newest == 0) {
            return new Found(0, null);
        }
        DiskFile found = disk.open(name(newest));
        ByteBuffer bytes = ByteBuffer.allocate((int) found.size());
        found.read(bytes, 0);
        found.close();
        return new Found(newest, QuorumFrames.parse(bytes.flip(), quorum));
    }

    private static String name(long number) {
        return FOLDER + "/" + String.format("%020d", number);
    }

    private void sync(DiskFile synced, Runnable next) {
        disk.sync(List.of(synced), loop, fault -> end(fault, next));
    }

    private void syncNames(Runnable next) {
        disk.syncDirectory(FOLDER, loop, fault -> end(fault, next));
    }

    private void end(@Nullable IOException fault, Runnable next) {
        if (ended) {
            return;
        }
        if (fault == null) {
            next.run();
        } else {
            ended = true;
            failure.accept(fault);
        }
    }

    /** Something for a worker, whose result comes if the log is open then. */
    <T> void work(Disk.Work<T> work, Consumer<T> next) {
        disk.offload(work, loop, new Disk.Completion<>() {
            @Override
            public void done(T result) {
                end(null, () -> next.accept(result));
            }

            @Override
            public void failed(IOException fault) {
                end(fault, () -> {});
            }
        });
    }
}
