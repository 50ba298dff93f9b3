package dev.barnabas.simulation;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A file as its machine has it: the content in the page cache, and what of it is on stable storage. Owned by its
 * {@link SimulatedDrive}.
 */
final class FileNode implements Node {
    private static final byte[] NOTHING = new byte[0];

    private byte[] bytes = NOTHING;
    private int size;
    private long reserved;
    private long versions;
    private Version stable = new Version(0);
    private final List<Version> syncing = new ArrayList<>();
    private final List<Synced> synced = new ArrayList<>();
    private boolean syncsLie;
    private int pins;
    private boolean linked = true;

    /** So much was stable at a time, and the process that had it synced lived on until another, or lives. */
    private record Synced(int size, long nanos, long until) {}

    int size() {
        return size;
    }

    /** What it takes of the drive. */
    long allocated() {
        return Math.max(size, reserved);
    }

    /** Whether anybody can still get at it. */
    boolean isReachable() {
        return linked || pins > 0;
    }

    /** Somebody has it open, or is going to send a region of it. */
    void pin() {
        pins++;
    }

    void unpin() {
        pins--;
    }

    /** The process that held it is gone. */
    void processDied(long nanos) {
        pins = 0;
        synced.replaceAll(each -> new Synced(each.size, each.nanos, Math.min(each.until, nanos)));
    }

    void unlink() {
        linked = false;
    }

    void reserve(long atLeast) {
        reserved = Math.max(reserved, atLeast);
    }

    void append(ByteBuffer from) {
        int end = Math.addExact(size, from.remaining());
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(end, (int) Math.min(Integer.MAX_VALUE - 8L, bytes.length * 2L)));
        }
        from.get(bytes, size, end - size);
        size = end;
    }

    int read(ByteBuffer into, long position) {
        if (position >= size) {
            return 0;
        }
        int count = (int) Math.min(into.remaining(), size - position);
        into.put(bytes, (int) position, count);
        return count;
    }

    void truncate(int to) {
        synced.replaceAll(each -> new Synced(Math.min(each.size, to), each.nanos, each.until));
        stable.contentIsCut(to);
        syncing.forEach(version -> version.contentIsCut(to));
        size = to;
        reserved = to;
    }

    /** What a sync that starts now makes stable, if it succeeds. */
    Version beginSync() {
        Version version = new Version(size);
        syncing.add(version);
        return version;
    }

    void endSync(Version version, boolean succeeded) {
        syncing.remove(version);
        if (!succeeded) {
            syncsLie = true;
        } else if (!syncsLie && version.number > stable.number) {
            // A sync of a process that died meanwhile may end after one that its successor began.
            stable = version;
        }
    }

    /** A process that lives is told that a sync has succeeded. */
    void told(long nanos) {
        synced.add(new Synced(stableSize(), nanos, Long.MAX_VALUE));
    }

    /** How much was stable when a process had still so long to live to write that down. */
    int stableSize(long nanos, long age) {
        int found = 0;
        for (Synced each : synced) {
            if (Math.min(nanos, each.until) - each.nanos >= age) {
                found = Math.max(found, each.size);
            }
        }
        return Math.min(found, stableSize());
    }

    /** How much of the content is certain to survive. */
    int stableSize() {
        return Math.min(stable.prefix, size);
    }

    /** Turns one bit of what is stable. */
    void rot(int position, int bit) {
        bytes[position] ^= (byte) (1 << bit);
    }

    /** The machine lost its power: what was not synced is there, or not, or partly. */
    String losePower(Dice dice) {
        byte[] old = stable.content();
        byte[] now = Arrays.copyOf(bytes, size);
        boolean dirty = stable.prefix != size || stable.tail.length > 0;
        String what = "kept";
        byte[] left = now;
        if (dirty) {
            Loss loss = dice.pick(List.of(Loss.values()));
            left = loss.apply(old, now, stable.prefix, dice);
            what = loss.name().toLowerCase(Locale.ROOT) + ": stable " + old.length + ", cached " + now.length
                    + ", left " + left.length;
        }
        bytes = left;
        size = left.length;
        reserved = left.length;
        syncing.clear();
        syncsLie = false;
        pins = 0;
        synced.replaceAll(each -> new Synced(Math.min(each.size, size), each.nanos, each.until));
        stable = new Version(size);
        return what;
    }

    /**
     * A content that the file has or had: as long as the file only grew since then, a prefix of it; what was cut off
     * since then is kept aside.
     */
    final class Version {
        private final long number = ++versions;
        private int prefix;
        private byte[] tail = NOTHING;

        Version(int prefix) {
            this.prefix = prefix;
        }

        void contentIsCut(int to) {
            if (to < prefix) {
                byte[] longer = Arrays.copyOf(Arrays.copyOfRange(bytes, to, prefix), prefix - to + tail.length);
                System.arraycopy(tail, 0, longer, prefix - to, tail.length);
                tail = longer;
                prefix = to;
            }
        }

        byte[] content() {
            byte[] content = Arrays.copyOf(Arrays.copyOf(bytes, prefix), prefix + tail.length);
            System.arraycopy(tail, 0, content, prefix, tail.length);
            return content;
        }
    }

    /** What may become of unsynced changes when power is lost. */
    private enum Loss {
        /** Nothing of them was written. */
        LOST,
        /** Everything was. */
        KEPT,
        /** They were written in order, up to some byte. */
        CUT,
        /** The sectors were written in any order, and the length on its own. */
        REORDERED,
        /** The same, and one sector is half written, or garbage. */
        TORN;

        byte[] apply(byte[] old, byte[] now, int same, Dice dice) {
            return switch (this) {
                case LOST -> old;
                case KEPT -> now;
                case CUT -> Arrays.copyOf(now, (int) dice.between(same, now.length));
                case REORDERED -> bySector(old, now, same, dice, false);
                case TORN -> bySector(old, now, same, dice, true);
            };
        }

        private static byte[] bySector(byte[] old, byte[] now, int same, Dice dice, boolean torn) {
            int sector = dice.chance(0.5) ? 512 : 4096;
            int longest = Math.max(old.length, now.length);
            int length = dice.chance(0.5) ? now.length : (int) dice.between(same, longest);
            byte[] left = new byte[length];
            double written = dice.nextDouble();
            int dirtySectors = (length - 1) / sector - same / sector + 1;
            int tornSector = torn && length > same ? same / sector + dice.nextInt(dirtySectors) : -1;
            System.arraycopy(now, 0, left, 0, Math.min(same, length));
            for (int from = same; from < length; from = (from / sector + 1) * sector) {
                int to = Math.min(length, (from / sector + 1) * sector);
                boolean isTorn = from / sector == tornSector;
                boolean isNew = isTorn || dice.chance(written);
                copy(isNew ? now : old, left, from, to);
                if (isTorn && dice.chance(0.5)) {
                    dice.fill(left, (int) dice.between(from, to), to);
                } else if (isTorn) {
                    copy(old, left, (int) dice.between(from, to), to);
                }
            }
            return left;
        }

        /** Zeros where there is nothing to copy: space that was allotted and never written. */
        private static void copy(byte[] source, byte[] target, int from, int to) {
            int end = Math.clamp(source.length, from, to);
            if (end > from) {
                System.arraycopy(source, from, target, from, end - from);
            }
            Arrays.fill(target, end, to, (byte) 0);
        }
    }
}
