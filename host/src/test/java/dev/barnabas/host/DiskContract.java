package dev.barnabas.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@link Disk} and {@link DiskFile} promise while nothing goes wrong, live and simulated. What a crash may do is
 * proved in the simulator, and by killing processes.
 */
public abstract class DiskContract {
    private TestBed bed;
    private Loop loop;
    private Disk disk;

    /** A new world. */
    protected abstract TestBed bed() throws Exception;

    @BeforeEach
    void prepare() throws Exception {
        bed = bed();
        loop = bed.host().loops().getFirst();
        disk = bed.host().disk(bed.directory());
    }

    @AfterEach
    void cleanUp() throws Exception {
        disk.close();
        bed.close();
    }

    // Files

    @Test
    void openingAFileCreatesItAndTheFoldersOnItsPath() throws IOException {
        DiskFile file = disk.open("topic-0/deeper/00.log");

        assertThat(file.size()).isZero();
        assertThat(file.path()).isEqualTo("topic-0/deeper/00.log");
        assertThat(disk.exists("topic-0/deeper/00.log")).isTrue();
        assertThat(disk.exists("topic-0")).isTrue();
        assertThat(disk.list("topic-0")).containsExactly("deeper/");
    }

    @Test
    void appendsGoToTheEndAndAnswerWithTheirPosition() throws IOException {
        DiskFile file = disk.open("file");

        assertThat(file.append(bytes("abc"))).isZero();
        assertThat(file.append(bytes("de"))).isEqualTo(3);
        assertThat(file.append()).isEqualTo(5);
        assertThat(file.size()).isEqualTo(5);
        assertThat(text(file)).isEqualTo("abcde");
    }

    @Test
    void anAppendGathersBuffersOfAnyKindAndLeavesThemAtTheirLimits() throws IOException {
        DiskFile file = disk.open("file");
        ByteBuffer heap = bytes("--heap--").position(2).limit(6);
        ByteBuffer direct = ByteBuffer.allocateDirect(6).put(bytes("direct")).flip();
        ByteBuffer readOnly = bytes("read-only").asReadOnlyBuffer();
        ByteBuffer slice = bytes("xxslice").position(2).slice();
        ByteBuffer empty = ByteBuffer.allocate(0);

        file.append(heap, empty, direct, readOnly, slice);

        assertThat(text(file)).isEqualTo("heapdirectread-onlyslice");
        assertThat(List.of(heap, direct, readOnly, slice, empty)).noneMatch(ByteBuffer::hasRemaining);
        assertThat(heap.limit()).isEqualTo(6);
    }

    @Test
    void anAppendTakesMoreBuffersThanTheSystemGathersAtOnce() throws IOException {
        DiskFile file = disk.open("file");
        ByteBuffer[] buffers =
                IntStream.range(0, 2_500).mapToObj(i -> bytes(i + ",")).toArray(ByteBuffer[]::new);

        file.append(buffers);

        StringBuilder expected = new StringBuilder();
        IntStream.range(0, 2_500).forEach(i -> expected.append(i).append(','));
        assertThat(text(file)).isEqualTo(expected.toString());
    }

    @Test
    void whatIsTakenOutOfMemoryIsStillThere() throws IOException {
        DiskFile file = disk.open("file");
        file.append(bytes("x".repeat(10_000)));

        file.uncache(0, 10_000);

        assertThat(text(file)).isEqualTo("x".repeat(10_000));
        file.uncache(5_000, 1_000_000);
        file.append(bytes("y"));
        assertThat(text(file)).endsWith("xy").hasSize(10_001);
    }

    @Test
    void buffersMayBeReusedAfterAnAppend() throws IOException {
        DiskFile file = disk.open("file");
        ByteBuffer buffer = bytes("first");

        file.append(buffer);
        buffer.clear().put(bytes("XXXXX"));

        assertThat(text(file)).isEqualTo("first");
    }

    @Test
    void aReadFillsTheBufferOrStopsAtTheEnd() throws IOException {
        DiskFile file = disk.open("file");
        file.append(bytes("0123456789"));

        ByteBuffer middle = ByteBuffer.allocate(10).position(2).limit(6);
        assertThat(file.read(middle, 3)).isEqualTo(4);
        assertThat(middle.position()).isEqualTo(6);
        assertThat(new String(middle.array(), 2, 4, UTF_8)).isEqualTo("3456");
        assertThat(file.read(ByteBuffer.allocateDirect(10), 8)).isEqualTo(2);
        assertThat(file.read(ByteBuffer.allocate(10), 10)).isZero();
        assertThat(file.read(ByteBuffer.allocate(10), 1_000)).isZero();
        assertThat(file.read(ByteBuffer.allocate(0), 0)).isZero();
    }

    @Test
    void twoHandlesOnAPathAreOneFile() throws IOException {
        DiskFile one = disk.open("file");
        DiskFile two = disk.open("file");

        one.append(bytes("one"));
        two.append(bytes("two"));

        assertThat(text(one)).isEqualTo("onetwo");
        one.close();
        assertThat(text(two)).isEqualTo("onetwo");
    }

    @Test
    void aTruncatedFileGoesOnAtItsNewEnd() throws IOException {
        DiskFile file = disk.open("file");
        file.append(bytes("abcdef"));

        file.truncate(6);
        file.truncate(2);

        assertThat(file.size()).isEqualTo(2);
        assertThat(file.read(ByteBuffer.allocate(4), 2)).isZero();
        assertThat(file.append(bytes("XY"))).isEqualTo(2);
        assertThat(text(file)).isEqualTo("abXY");
    }

    @Test
    void aFileIsNotCutToMoreThanItHas() throws IOException {
        DiskFile file = disk.open("file");
        file.append(bytes("abc"));

        assertThatThrownBy(() -> file.truncate(4)).isInstanceOf(IllegalArgumentException.class);
        assertThat(file.size()).isEqualTo(3);
    }

    @Test
    void preallocatedSpaceIsNotPartOfTheFile() throws IOException {
        DiskFile file = disk.open("file");
        file.append(bytes("ab"));

        file.preallocate(1 << 20);

        assertThat(file.size()).isEqualTo(2);
        assertThat(file.read(ByteBuffer.allocate(4), 2)).isZero();
        assertThat(file.append(bytes("cd"))).isEqualTo(2);
        file.close();
        assertThat(text(disk.open("file"))).isEqualTo("abcd");
    }

    @Test
    void whatIsBehindTheEndIsNotKnownToBeInMemory() throws IOException {
        DiskFile file = disk.open("file");
        file.append(bytes("abc"));

        assertThatCode(() -> file.isInMemory(0, 3)).doesNotThrowAnyException();
        assertThat(file.isInMemory(1 << 20, 1)).isFalse();
    }

    @Test
    void aClosedHandleIsOfNoMoreUseButMayBeClosedAgain() throws IOException {
        DiskFile file = disk.open("file");
        file.append(bytes("abc"));

        file.close();
        file.close();

        assertThatThrownBy(() -> file.append(bytes("d"))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> file.read(ByteBuffer.allocate(1), 0)).isInstanceOf(IOException.class);
        assertThat(text(disk.open("file"))).isEqualTo("abc");
    }

    // Names

    @Test
    void aNewDirectoryIsEmpty() throws IOException {
        assertThat(disk.list("")).isEmpty();
        assertThat(disk.list("absent")).isEmpty();
        assertThat(disk.exists("absent")).isFalse();
        assertThat(disk.exists("absent/deeper")).isFalse();
    }

    @Test
    void aListIsSortedAndMarksFolders() throws IOException {
        for (String path : List.of("b", "a/1", "a/2/x", "c", "B", "a.txt")) {
            disk.open(path).close();
        }

        assertThat(disk.list("")).containsExactly("B", "a.txt", "a/", "b", "c");
        assertThat(disk.list("a")).containsExactly("1", "2/");
        assertThat(disk.list("a/2")).containsExactly("x");
    }

    @Test
    void aRenameReplacesAFileAndHandlesFollow() throws IOException {
        DiskFile moved = disk.open("a");
        DiskFile replaced = disk.open("b");
        moved.append(bytes("moved"));
        replaced.append(bytes("replaced"));

        disk.rename("a", "b");
        moved.append(bytes("+"));

        assertThat(disk.list("")).containsExactly("b");
        assertThat(text(disk.open("b"))).isEqualTo("moved+");
        assertThat(text(moved)).isEqualTo("moved+");
        assertThat(text(replaced)).isEqualTo("replaced");
    }

    @Test
    void aFolderIsRenamedWithAllThatIsInIt() throws IOException {
        DiskFile file = disk.open("topic-0/00.log");
        file.append(bytes("abc"));
        disk.open("topic-0/deeper/x").close();

        disk.rename("topic-0", "topic-0.deleted");
        file.append(bytes("d"));

        assertThat(disk.list("")).containsExactly("topic-0.deleted/");
        assertThat(disk.list("topic-0.deleted")).containsExactly("00.log", "deeper/");
        assertThat(text(disk.open("topic-0.deleted/00.log"))).isEqualTo("abcd");
    }

    @Test
    void whatIsNotThereCannotBeRenamed() {
        assertThatThrownBy(() -> disk.rename("absent", "b")).isInstanceOf(IOException.class);
    }

    @Test
    void nothingIsRenamedIntoAFolderThatIsNotThere() throws IOException {
        disk.open("a").close();

        assertThatThrownBy(() -> disk.rename("a", "absent/a")).isInstanceOf(IOException.class);
        assertThat(disk.list("")).containsExactly("a");
    }

    @Test
    void aDeletedFileCanStillBeReadByWhoHasItOpen() throws IOException {
        DiskFile file = disk.open("file");
        file.append(bytes("abc"));

        disk.delete("file");

        assertThat(disk.exists("file")).isFalse();
        assertThat(text(file)).isEqualTo("abc");
        assertThat(disk.open("file").size()).isZero();
    }

    @Test
    void aFolderIsDeletedWithAllThatIsInIt() throws IOException {
        disk.open("a/b/c").close();
        disk.open("a/d").close();

        disk.delete("a");
        disk.delete("a");

        assertThat(disk.list("")).isEmpty();
        assertThat(disk.exists("a/b/c")).isFalse();
    }

    @Test
    void aFolderIsNotOpenedAsAFile() throws IOException {
        disk.open("a/b").close();

        assertThatThrownBy(() -> disk.open("a")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> disk.open("a/b/c")).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/absolute", "../sibling", "a/../../b", "a//b", "./a", "a/"})
    void pathsThatAreNotPlainAndRelativeAreRefused(String path) {
        assertThatThrownBy(() -> disk.open(path)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> disk.delete(path)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> disk.list(path)).isInstanceOf(IllegalArgumentException.class);
    }

    // Sync and work on workers

    @Test
    void aSyncAnswersOnceOnTheLoopAndNotInsideTheCall() throws Exception {
        DiskFile one = disk.open("a/one");
        DiskFile two = disk.open("a/two");
        one.append(bytes("1"));
        two.append(bytes("2"));
        Answers answers = new Answers();

        bed.run(loop, () -> {
            disk.sync(List.of(one, two), loop, answers::add);
            disk.sync(List.of(), loop, answers::add);
            disk.sync(List.of(one), loop, answers::add);
            disk.syncDirectory("a", loop, answers::add);
            disk.syncDirectory("", loop, answers::add);
            assertThat(answers.all).isEmpty();
        });
        bed.await("five answers", () -> answers.all.size() >= 5);

        // A later sync has been answered too: whatever came twice would be here by now.
        disk.sync(List.of(two), loop, answers::add);
        bed.await("the sixth answer", () -> answers.all.size() >= 6);
        assertThat(answers.all).containsExactly("ok", "ok", "ok", "ok", "ok", "ok");
    }

    @Test
    void aSyncAnswersOnWhicheverLoopIsNamed() throws IOException {
        Loop last = bed.host().loops().getLast();
        DiskFile file = disk.open("file");
        Queue<Boolean> onTheLoop = new ConcurrentLinkedQueue<>();

        disk.sync(List.of(file), last, fault -> onTheLoop.add(last.isCurrent()));
        disk.sync(List.of(file), loop, fault -> onTheLoop.add(loop.isCurrent()));

        bed.await("two answers", () -> onTheLoop.size() == 2);
        assertThat(onTheLoop).containsExactly(true, true);
    }

    @Test
    void syncsOfManyFilesAreAllAnsweredWhileAppendsGoOn() throws Exception {
        List<DiskFile> files = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            files.add(disk.open("partition-" + i + "/00.log"));
        }
        Answers answers = new Answers();

        for (int round = 0; round < 5; round++) {
            bed.run(loop, () -> {
                for (DiskFile file : files) {
                    file.append(bytes("x"));
                    disk.sync(List.of(file), loop, answers::add);
                }
            });
        }

        bed.await("300 answers", () -> answers.all.size() == 300);
        assertThat(answers.all).containsOnly("ok");
    }

    @Test
    void aFileThatIsClosedRenamedOrDeletedMeanwhileDoesNotFailItsSync() throws Exception {
        DiskFile closed = disk.open("closed");
        DiskFile renamed = disk.open("renamed");
        DiskFile deleted = disk.open("deleted");
        Answers answers = new Answers();

        bed.run(loop, () -> {
            for (DiskFile file : List.of(closed, renamed, deleted)) {
                file.append(bytes("abc"));
                disk.sync(List.of(file), loop, answers::add);
            }
            closed.close();
            disk.rename("renamed", "other");
            disk.delete("deleted");
        });

        bed.await("three answers", () -> answers.all.size() == 3);
        assertThat(answers.all).containsOnly("ok");
    }

    @Test
    void offloadedWorkComesBackToTheLoop() throws Exception {
        DiskFile file = disk.open("file");
        file.append(bytes("abc"));
        Queue<String> came = new ConcurrentLinkedQueue<>();

        bed.run(loop, () -> {
            disk.offload(
                    () -> {
                        came.add(loop.isCurrent() ? "work on the loop" : "work elsewhere");
                        return text(file);
                    },
                    loop,
                    new Disk.Completion<>() {
                        @Override
                        public void done(String result) {
                            came.add(result + (loop.isCurrent() ? " on the loop" : " elsewhere"));
                        }

                        @Override
                        public void failed(IOException fault) {
                            came.add("failed: " + fault);
                        }
                    });
            came.add("call returned");
        });

        bed.await("the result", () -> came.size() >= 3);
        assertThat(came).containsExactlyInAnyOrder("call returned", "work elsewhere", "abc on the loop");
    }

    @Test
    void aFaultOfOffloadedWorkComesBackToTheLoop() {
        Queue<String> came = new ConcurrentLinkedQueue<>();

        disk.<String>offload(
                () -> {
                    throw new IOException("broken");
                },
                loop,
                new Disk.Completion<>() {
                    @Override
                    public void done(String result) {
                        came.add("done");
                    }

                    @Override
                    public void failed(IOException fault) {
                        came.add(fault.getMessage() + " " + loop.isCurrent());
                    }
                });

        bed.await("the fault", () -> !came.isEmpty());
        assertThat(came).containsExactly("broken true");
    }

    // The directory

    @Test
    void aDirectoryIsAsItWasWhenItIsOpenedAgain() throws IOException {
        DiskFile file = disk.open("a/file");
        file.append(bytes("abc"));

        disk.close();
        disk = bed.host().disk(bed.directory());

        assertThat(disk.list("")).containsExactly("a/");
        assertThat(text(disk.open("a/file"))).isEqualTo("abc");
    }

    @Test
    void aDirectoryIsOpenedByOneOwnerAtATime() {
        assertThatThrownBy(() -> bed.host().disk(bed.directory())).isInstanceOf(IOException.class);
    }

    @Test
    void aDiskHasANameAndSpace() throws IOException {
        assertThat(disk.name()).isEqualTo(bed.directory());
        assertThat(disk.usableBytes()).isPositive();
        assertThat(disk.totalBytes()).isGreaterThanOrEqualTo(disk.usableBytes());
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private static String text(DiskFile file) throws IOException {
        ByteBuffer into = ByteBuffer.allocate((int) file.size());
        assertThat(file.read(into, 0)).isEqualTo(into.capacity());
        return new String(into.array(), UTF_8);
    }

    private static final class Answers {
        private final Queue<String> all = new ConcurrentLinkedQueue<>();

        void add(@Nullable IOException fault) {
            all.add(fault == null ? "ok" : "failed: " + fault);
        }
    }
}
