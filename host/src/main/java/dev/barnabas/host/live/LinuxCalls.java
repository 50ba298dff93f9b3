package dev.barnabas.host.live;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls of Linux that Java has no name for: {@code syncfs}, {@code fallocate} with {@code FALLOC_FL_KEEP_SIZE},
 * {@code ftruncate} to the same size, {@code cachestat}, {@code preadv2} with {@code RWF_NOWAIT}, and
 * {@code posix_fadvise}.
 */
final class LinuxCalls {
    private static final Logger LOG = LoggerFactory.getLogger(LinuxCalls.class);

    private static final int O_RDONLY = 0;
    private static final int O_RDWR = 2;
    private static final int O_CLOEXEC = 0x80000;
    private static final int FALLOC_FL_KEEP_SIZE = 1;
    private static final int POSIX_FADV_WILLNEED = 3;
    private static final int RWF_NOWAIT = 8;

    /** The same on all architectures that Java runs on; Linux 6.5 and newer. The C library has no name for it. */
    private static final long SYS_CACHESTAT = 451;

    private static final MemoryLayout CACHESTAT_RANGE =
            MemoryLayout.structLayout(ValueLayout.JAVA_LONG.withName("off"), ValueLayout.JAVA_LONG.withName("len"));

    private static final MemoryLayout CACHESTAT = MemoryLayout.structLayout(
            ValueLayout.JAVA_LONG.withName("nr_cache"),
            ValueLayout.JAVA_LONG.withName("nr_dirty"),
            ValueLayout.JAVA_LONG.withName("nr_writeback"),
            ValueLayout.JAVA_LONG.withName("nr_evicted"),
            ValueLayout.JAVA_LONG.withName("nr_recently_evicted"));

    /** The least there is; with larger pages a range counts as cached when it perhaps is not quite. */
    private static final long PAGE_BYTES = 4_096;

    private static final MemoryLayout IOVEC = MemoryLayout.structLayout(
            ValueLayout.ADDRESS.withName("iov_base"), ValueLayout.JAVA_LONG.withName("iov_len"));

    /** What Linux reads ahead at least when it is asked once. */
    private static final long READ_AHEAD_BYTES = 128 << 10;

    /** What is being read into the page cache is in there already; it comes in order, in pieces of up to this size. */
    private static final long SAMPLE_BYTES = 512 << 10;

    private static final MemoryLayout ERRNO_LAYOUT = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = ERRNO_LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private final MethodHandle open;
    private final MethodHandle close;
    private final MethodHandle syncfs;
    private final MethodHandle fallocate;
    private final MethodHandle ftruncate;
    private final MethodHandle cachestat;
    private final MethodHandle preadv2;
    private final MethodHandle fadvise;

    private LinuxCalls(Linker linker) {
        SymbolLookup symbols = linker.defaultLookup();
        Linker.Option errno = Linker.Option.captureCallState("errno");
        open = linker.downcallHandle(
                symbols.findOrThrow("open"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                errno,
                Linker.Option.firstVariadicArg(2));
        close = linker.downcallHandle(
                symbols.findOrThrow("close"), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        syncfs = linker.downcallHandle(
                symbols.findOrThrow("syncfs"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
                errno);
        fallocate = linker.downcallHandle(
                symbols.findOrThrow("fallocate"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG),
                errno);
        ftruncate = linker.downcallHandle(
                symbols.findOrThrow("ftruncate"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG),
                errno);
        cachestat = linker.downcallHandle(
                symbols.findOrThrow("syscall"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_INT),
                Linker.Option.firstVariadicArg(1));
        preadv2 = linker.downcallHandle(
                symbols.findOrThrow("preadv2"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT));
        fadvise = linker.downcallHandle(
                symbols.findOrThrow("posix_fadvise"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT));
    }

    private static final class Loaded {
        static final Optional<LinuxCalls> CALLS = load();

        private static Optional<LinuxCalls> load() {
            boolean linux64 =
                    System.getProperty("os.name", "").equals("Linux") && ValueLayout.ADDRESS.byteSize() == Long.BYTES;
            if (!linux64) {
                return Optional.empty();
            }
            try {
                return Optional.of(new LinuxCalls(Linker.nativeLinker()));
            } catch (RuntimeException | LinkageError e) {
                LOG.atInfo().setCause(e).log("no native calls: syncing many files will be slower");
                return Optional.empty();
            }
        }
    }

    /** Empty where there is no Linux, or no permission to call it. */
    static Optional<LinuxCalls> get() {
        return Loaded.CALLS;
    }

    /**
     * A descriptor of a directory, for {@link #syncfs}: from now on it learns of every write-back error of the file
     * system.
     *
     * @return negative if it failed
     */
    int openDirectory(Path directory) {
        return open(directory, O_RDONLY);
    }

    /** A descriptor of a file that exists; negative if it failed. */
    int openFile(Path file) {
        return open(file, O_RDWR);
    }

    private int open(Path path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(ERRNO_LAYOUT);
            return (int) open.invokeExact(state, arena.allocateFrom(path.toString()), flags | O_CLOEXEC);
        } catch (Throwable e) {
            throw new LinkageError("open", e);
        }
    }

    void close(int descriptor) {
        try {
            int ignored = (int) close.invokeExact(descriptor);
        } catch (Throwable e) {
            throw new LinkageError("close", e);
        }
    }

    /**
     * Makes everything of the file system that the descriptor is on durable.
     *
     * @return 0, or the error number
     */
    int syncfs(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(ERRNO_LAYOUT);
            int result = (int) syncfs.invokeExact(state, descriptor);
            return result == 0 ? 0 : (int) ERRNO.get(state, 0L);
        } catch (Throwable e) {
            throw new LinkageError("syncfs", e);
        }
    }

    /**
     * Reserves space for the first bytes of a file without changing its size.
     *
     * @return whether the file system did it
     */
    boolean reserve(int descriptor, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(ERRNO_LAYOUT);
            return (int) fallocate.invokeExact(state, descriptor, FALLOC_FL_KEEP_SIZE, 0L, bytes) == 0;
        } catch (Throwable e) {
            throw new LinkageError("fallocate", e);
        }
    }

    /**
     * Whether all of a range of a file is in the page cache, and has been read.
     *
     * @return false also where the system cannot tell
     */
    boolean isInMemory(int descriptor, long position, long bytes) {
        return isCached(descriptor, position, bytes) && hasBeenRead(descriptor, position, bytes);
    }

    private boolean isCached(int descriptor, long position, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment range = arena.allocate(CACHESTAT_RANGE);
            range.setAtIndex(ValueLayout.JAVA_LONG, 0, position);
            range.setAtIndex(ValueLayout.JAVA_LONG, 1, bytes);
            MemorySegment found = arena.allocate(CACHESTAT);
            long result = (long) cachestat.invokeExact(SYS_CACHESTAT, descriptor, range, found, 0);
            long pages = (position + bytes - 1) / PAGE_BYTES - position / PAGE_BYTES + 1;
            return result == 0 && found.getAtIndex(ValueLayout.JAVA_LONG, 0) >= pages;
        } catch (Throwable e) {
            throw new LinkageError("cachestat", e);
        }
    }

    /** Asks for the last byte of each piece, on condition that it need not be waited for. */
    private boolean hasBeenRead(int descriptor, long position, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment vector = arena.allocate(IOVEC);
            vector.set(ValueLayout.ADDRESS, 0, arena.allocate(1));
            vector.set(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS.byteSize(), 1);
            long last = position + bytes - 1;
            for (long at = Math.min(last, position + SAMPLE_BYTES - 1); ; at = Math.min(last, at + SAMPLE_BYTES)) {
                if ((long) preadv2.invokeExact(descriptor, vector, 1, at, RWF_NOWAIT) != 1) {
                    return false;
                }
                if (at == last) {
                    return true;
                }
            }
        } catch (Throwable e) {
            throw new LinkageError("preadv2", e);
        }
    }

    /**
     * Begins to read a range of a file into the page cache.
     *
     * @return whether the system takes such advice
     */
    boolean prefetch(int descriptor, long position, long bytes) {
        try {
            long end = position + bytes;
            for (long at = position; at < end; at += READ_AHEAD_BYTES) {
                long piece = Math.min(READ_AHEAD_BYTES, end - at);
                if ((int) fadvise.invokeExact(descriptor, at, piece, POSIX_FADV_WILLNEED) != 0) {
                    return false;
                }
            }
            return true;
        } catch (Throwable e) {
            throw new LinkageError("posix_fadvise", e);
        }
    }

    /**
     * Sets the size of a file, which gives back what is reserved behind it.
     *
     * @return whether the file system did it
     */
    boolean resize(int descriptor, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(ERRNO_LAYOUT);
            return (int) ftruncate.invokeExact(state, descriptor, bytes) == 0;
        } catch (Throwable e) {
            throw new LinkageError("ftruncate", e);
        }
    }
}
