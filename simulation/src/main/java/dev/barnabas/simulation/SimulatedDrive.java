package dev.barnabas.simulation;

import dev.barnabas.host.DiskFullException;
import dev.barnabas.simulation.NameJournal.Change;
import dev.barnabas.simulation.Node.Folder;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is behind a log directory of a {@link SimulatedHost}: its files as the running system sees them (page cache) and
 * as they are on stable storage. It outlives the processes that open it. A loss of power leaves what was synced, and of
 * everything else what chance leaves (see {@link NameJournal} and {@code FileNode}).
 */
public final class SimulatedDrive {
    private static final long UNLIMITED = 1L << 40;

    private final SimulatedHost host;
    private final String name;
    private final Dice dice;
    private final NameJournal journal = new NameJournal();
    private final List<FileNode> files = new ArrayList<>();
    private Folder root = new Folder();
    private DiskFaults faults = DiskFaults.NONE;
    private double cached;
    private long capacity = UNLIMITED;
    private boolean failed;
    private boolean syncFailed;
    private long powerLosses;
    private @Nullable SimulatedProcess owner;

    SimulatedDrive(SimulatedHost host, String name, Dice dice) {
        this.host = host;
        this.name = name;
        this.dice = dice;
    }

    public String name() {
        return name;
    }

    /** What goes wrong from now on. */
    public void faults(DiskFaults from) {
        if (!from.equals(faults)) {
            note(from.toString());
        }
        faults = from;
    }

    /** How likely it is that bytes that somebody asks about are in memory; at first none are. */
    public void cached(double probability) {
        cached = probability;
    }

    boolean cachesThat() {
        return cached > 0 && dice.chance(cached);
    }

    /** How many bytes fit; fewer than are there already: nothing more does. */
    public void capacity(long bytes) {
        note("capacity is " + bytes + " bytes, " + usedBytes() + " are used");
        capacity = bytes;
    }

    /** Leaves that much space and no more. */
    public void fillUp(long left) {
        capacity(usedBytes() + left);
    }

    public void unlimited() {
        capacity(UNLIMITED);
    }

    /**
     * No faults and all the space again; what was lost stays lost, and after a failed sync the drive can be opened only
     * when the machine has lost its page cache.
     */
    public void repair() {
        faults(DiskFaults.NONE);
        unlimited();
        failed = false;
    }

    /** Whether a read, an append or a sync has failed since it was last {@linkplain #repair repaired}. */
    public boolean hasFailed() {
        return failed;
    }

    /** Whether a sync has failed since the machine was started: then the drive cannot be opened again. */
    public boolean hasSyncFailed() {
        return syncFailed;
    }

    public long usedBytes() {
        files.removeIf(file -> !file.isReachable());
        return files.stream().mapToLong(FileNode::allocated).sum();
    }

    public long usableBytes() {
        return Math.max(0, capacity - usedBytes());
    }

    public long totalBytes() {
        return capacity;
    }

    /** Turns a bit in something that was synced, if there is anything; says where. */
    public Optional<String> rot() {
        return rot(path -> true);
    }

    /** Turns a bit in something that was synced in one of these files, if there is anything; says where. */
    public Optional<String> rot(Predicate<String> paths) {
        return rot(paths, Duration.ZERO);
    }

    /**
     * Turns a bit in something in one of these files, if there is anything; says where.
     *
     * @param age that was synced so long ago, in the life of the process that had asked for it
     */
    public Optional<String> rot(Predicate<String> paths, Duration age) {
        long now = host.simulation().nanos();
        List<Map.Entry<String, FileNode>> candidates = new ArrayList<>();
        walk("", root, (path, file) -> {
            if (sizeToRot(file, now, age) > 0 && paths.test(path)) {
                candidates.add(Map.entry(path, file));
            }
        });
        if (candidates.isEmpty()) {
            return Optional.empty();
        }
        Map.Entry<String, FileNode> chosen = dice.pick(candidates);
        int position = dice.nextInt(sizeToRot(chosen.getValue(), now, age));
        return Optional.of(rot(chosen.getKey(), position, chosen.getValue()));
    }

    private static int sizeToRot(FileNode file, long now, Duration age) {
        return age.isZero() ? file.stableSize() : file.stableSize(now, age.toNanos());
    }

    /** Turns a bit of that byte. */
    public void rot(String path, int position) throws IOException {
        rot(path, position, file(path));
    }

    /** The paths of all files, as the running system sees them, with their sizes. */
    public Map<String, Long> files() {
        Map<String, Long> found = new LinkedHashMap<>();
        walk("", root, (path, file) -> found.put(path, (long) file.size()));
        return found;
    }

    /** A copy of a file's content, as the running system sees it. */
    public byte[] content(String path) throws IOException {
        FileNode file = file(path);
        ByteBuffer content = ByteBuffer.allocate(file.size());
        file.read(content, 0);
        return content.array();
    }

    private String rot(String path, int position, FileNode file) {
        file.rot(position, dice.nextInt(8));
        String where = path + " @" + position;
        note("bit rot in " + where);
        return where;
    }

    SimulatedDisk open(SimulatedProcess process) throws IOException {
        if (owner != null && owner.isAlive()) {
            throw new IOException(name + " is open already");
        }
        if (syncFailed) {
            throw new IOException("a sync of " + name + " has failed since the machine was started");
        }
        owner = process;
        SimulatedDisk disk = new SimulatedDisk(this, process);
        process.opened(disk);
        return disk;
    }

    void failed() {
        failed = true;
    }

    /** From now on the page cache may hold what is not on stable storage, and nobody can tell. */
    void syncFailed() {
        failed = true;
        syncFailed = true;
    }

    void closed() {
        owner = null;
    }

    void processDied() {
        owner = null;
        files.forEach(file -> file.processDied(host.simulation().nanos()));
    }

    void note(String what) {
        host.simulation().mark(host.name(), name + ": " + what);
    }

    Dice dice() {
        return dice;
    }

    DiskFaults faults() {
        return faults;
    }

    /** Changes when the machine loses power: what was under way before that has no effect any more. */
    long powerLosses() {
        return powerLosses;
    }

    NameJournal journal() {
        return journal;
    }

    void reserve(FileNode file, long bytes) throws DiskFullException {
        if (bytes - file.allocated() > usableBytes()) {
            throw new DiskFullException(name + ": no space left for " + bytes + " bytes");
        }
    }

    // Names. Paths are checked by the caller.

    FileNode openFile(String path) throws IOException {
        List<String> parts = parts(path);
        Folder folder = root;
        for (String part : parts.subList(0, parts.size() - 1)) {
            Node next = folder.names.get(part);
            if (next == null) {
                next = new Folder();
                link(folder, part, next);
            }
            if (!(next instanceof Folder deeper)) {
                throw new IOException(name + ": a part of the path is a file: " + path);
            }
            folder = deeper;
        }
        Node found = folder.names.get(parts.getLast());
        return switch (found) {
            case FileNode file -> file;
            case Folder ignored -> throw new IOException(name + ": is a folder: " + path);
            case null -> {
                FileNode file = new FileNode();
                files.add(file);
                link(folder, parts.getLast(), file);
                yield file;
            }
        };
    }

    @Nullable
    Node find(String path) {
        Node node = root;
        if (path.isEmpty()) {
            return node;
        }
        for (String part : parts(path)) {
            if (!(node instanceof Folder folder)) {
                return null;
            }
            node = folder.names.get(part);
        }
        return node;
    }

    List<String> list(String path) {
        if (!(find(path) instanceof Folder folder)) {
            return List.of();
        }
        return folder.names.entrySet().stream()
                .map(entry -> entry.getValue() instanceof Folder ? entry.getKey() + "/" : entry.getKey())
                .sorted()
                .toList();
    }

    void rename(String from, String to) throws IOException {
        Folder source = parent(from);
        Folder target = parent(to);
        String oldName = parts(from).getLast();
        String newName = parts(to).getLast();
        Node node = source.names.get(oldName);
        Node replaced = target.names.get(newName);
        if (node == null) {
            throw new FileNotFoundException(name + ": " + from);
        }
        if (replaced instanceof Folder || (node instanceof Folder && (replaced != null || to.startsWith(from + "/")))) {
            throw new IOException(name + ": cannot rename " + from + " to " + to);
        }
        if (replaced == node) {
            return;
        }
        if (replaced instanceof FileNode file) {
            file.unlink();
        }
        source.names.remove(oldName);
        target.names.put(newName, node);
        journal.add(new Change.Move(source, oldName, target, newName, node));
    }

    void delete(String path) {
        if (find(path) == null) {
            return;
        }
        try {
            unlink(parent(path), parts(path).getLast());
        } catch (FileNotFoundException e) {
            throw new IllegalStateException("a file without a folder: " + path, e);
        }
    }

    /** Puts an empty drive in its place. The machine has no power meanwhile. */
    public void replace() {
        if (owner != null && owner.isAlive()) {
            throw new IllegalStateException(name + " is in use");
        }
        note("replaced by an empty one");
        powerLosses++;
        syncFailed = false;
        owner = null;
        root = new Folder();
        files.clear();
        journal.clear();
        repair();
    }

    void powerLoss() {
        powerLosses++;
        syncFailed = false;
        processDied();
        if (!journal.isEmpty()) {
            note("changes of names that survive: " + journal.losePower(dice));
        }
        List<FileNode> left = new ArrayList<>();
        settle(root);
        walk("", root, (path, file) -> {
            String what = file.losePower(dice);
            if (!what.equals("kept")) {
                note(path + " " + what);
            }
            left.add(file);
        });
        files.clear();
        files.addAll(left);
    }

    private static void settle(Folder folder) {
        folder.names.clear();
        folder.names.putAll(folder.stable);
        folder.names.values().forEach(node -> {
            if (node instanceof Folder deeper) {
                settle(deeper);
            }
        });
    }

    private void link(Folder folder, String newName, Node node) {
        folder.names.put(newName, node);
        journal.add(new Change.Link(folder, newName, node));
    }

    private void unlink(Folder folder, String oldName) {
        Node node = folder.names.remove(oldName);
        if (node == null) {
            return;
        }
        switch (node) {
            case Folder emptied -> List.copyOf(emptied.names.keySet()).forEach(inner -> unlink(emptied, inner));
            case FileNode file -> file.unlink();
        }
        journal.add(new Change.Unlink(folder, oldName, node));
    }

    private Folder parent(String path) throws FileNotFoundException {
        List<String> parts = parts(path);
        if (find(String.join("/", parts.subList(0, parts.size() - 1))) instanceof Folder folder) {
            return folder;
        }
        throw new FileNotFoundException(name + ": no such folder: " + path);
    }

    private FileNode file(String path) throws IOException {
        if (find(path) instanceof FileNode file) {
            return file;
        }
        throw new FileNotFoundException(name + ": " + path);
    }

    private static List<String> parts(String path) {
        return Arrays.asList(path.split("/"));
    }

    private static void walk(String prefix, Folder folder, Visitor visitor) {
        folder.names.forEach((inner, node) -> {
            switch (node) {
                case FileNode file -> visitor.visit(prefix + inner, file);
                case Folder deeper -> walk(prefix + inner + "/", deeper, visitor);
            }
        });
    }

    private interface Visitor {
        void visit(String path, FileNode file);
    }
}
