package dev.barnabas.host.live;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.host.DiskFullException;
import dev.barnabas.host.Host;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LiveDiskTest {
    private static final int OPEN_FILES = 4;

    private final Defects defects = new Defects();
    private final LiveHost host =
            LiveHost.builder().loops(1).openFiles(OPEN_FILES).onDefect(defects).build();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        host.close();
        defects.assertNone();
    }

    // Descriptors

    @Test
    void manyMoreFilesThanDescriptorsAreAppendedToAndRead() throws IOException {
        LiveDisk disk = (LiveDisk) host.disk(folder.toString());
        SplittableRandom random = new SplittableRandom(42);
        List<DiskFile> files = new ArrayList<>();
        List<StringBuilder> expected = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            files.add(disk.open("topic-" + i + "/00.log"));
            expected.add(new StringBuilder());
        }

        for (int step = 0; step < 2_000; step++) {
            int chosen = random.nextInt(files.size());
            String text = step + ",";
            assertThat(files.get(chosen).append(bytes(text)))
                    .isEqualTo(expected.get(chosen).length());
            expected.get(chosen).append(text);
            assertThat(disk.files().openDescriptors()).isLessThanOrEqualTo(OPEN_FILES);
        }

        for (int i = 0; i < files.size(); i++) {
            assertThat(text(files.get(i))).isEqualTo(expected.get(i).toString());
        }
    }

    @Test
    void handlesWhoseDescriptorsWereClosedFollowRenamesAndOutliveDeletions() throws IOException {
        Disk disk = host.disk(folder.toString());
        DiskFile renamed = filled(disk, "a/renamed");
        DiskFile inRenamedFolder = filled(disk, "b/file");
        DiskFile deleted = filled(disk, "c/deleted");
        DiskFile replaced = filled(disk, "d/replaced");
        DiskFile replacing = filled(disk, "d/replacing");
        for (int i = 0; i < 3 * OPEN_FILES; i++) {
            filled(disk, "other-" + i);
        }

        disk.rename("a/renamed", "a/again");
        disk.rename("b", "e");
        disk.delete("c");
        disk.rename("d/replacing", "d/replaced");
        for (int i = 0; i < 3 * OPEN_FILES; i++) {
            filled(disk, "more-" + i);
        }

        assertThat(text(renamed)).isEqualTo("a/renamed");
        assertThat(text(inRenamedFolder)).isEqualTo("b/file");
        assertThat(text(deleted)).isEqualTo("c/deleted");
        assertThat(text(replaced)).isEqualTo("d/replaced");
        assertThat(text(replacing)).isEqualTo("d/replacing");
        assertThat(Files.readString(folder.resolve("d/replaced"))).isEqualTo("d/replacing");
    }

    @Test
    void closedFilesTakeNoDescriptor() throws IOException {
        LiveDisk disk = (LiveDisk) host.disk(folder.toString());

        filled(disk, "a").close();
        DiskFile deleted = filled(disk, "b");
        disk.delete("b");
        deleted.close();

        assertThat(disk.files().openDescriptors()).isZero();
    }

    @Test
    void anInterruptedThreadDoesNotTakeTheFileFromTheOthers() throws Exception {
        Disk disk = host.disk(folder.toString());
        DiskFile file = filled(disk, "file");

        // NIO closes the channel under a thread that is interrupted.
        Thread reader = Thread.ofPlatform().start(() -> {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> file.read(ByteBuffer.allocate(1), 0)).isInstanceOf(IOException.class);
        });
        reader.join();

        assertThat(text(file)).isEqualTo("file");
        assertThat(file.append(bytes("!"))).isEqualTo(4);
    }

    // Space

    @Test
    void reservedSpaceIsGivenBackWhenTheFileIsCutToItsSize() throws IOException {
        assumeTrue(LinuxCalls.get().isPresent(), "only Linux reserves space");
        Disk disk = host.disk(folder.toString());
        DiskFile file = filled(disk, "file");

        file.preallocate(8 << 20);
        long reserved = blocks("file");
        file.truncate(file.size());

        assumeTrue(reserved >= 8 << 20, "this file system does not reserve space");
        assertThat(blocks("file")).isLessThan(1 << 20);
        assertThat(text(file)).isEqualTo("file");
    }

    private long blocks(String path) throws IOException {
        Process stat =
                new ProcessBuilder("stat", "--format=%b", folder.resolve(path).toString()).start();
        return 512 * Long.parseLong(new String(stat.getInputStream().readAllBytes(), UTF_8).trim());
    }

    @Test
    void aFullDiskRefusesAnAppendAndNothingOfItStays() throws Exception {
        try (SmallFileSystem small = SmallFileSystem.mount(folder)) {
            Disk disk = host.disk(small.directory().toString());
            DiskFile file = filled(disk, "file");
            DiskFile ballast = disk.open("ballast");
            ballast.append(ByteBuffer.allocate(SmallFileSystem.BYTES - (256 << 10)));

            assertThatThrownBy(() -> file.append(ByteBuffer.allocate(128 << 10), ByteBuffer.allocate(512 << 10)))
                    .isInstanceOf(DiskFullException.class)
                    .hasMessageContaining("file")
                    .hasMessageContaining(disk.name());

            assertThat(file.size()).isEqualTo(4);
            assertThat(Files.size(small.directory().resolve("file"))).isEqualTo(4);
            assertThat(disk.usableBytes()).isLessThan(512 << 10);

            // And when something is deleted, it goes on.
            ballast.close();
            disk.delete("ballast");
            assertThat(file.append(ByteBuffer.allocate(512 << 10))).isEqualTo(4);
            assertThat(sync(disk, file)).isEmpty();
            disk.close();
        }
    }

    // The lock

    @Test
    void aDirectoryIsUsedByOneDiskAtATime() throws IOException {
        Disk disk = host.disk(folder.toString());
        try (LiveHost other = LiveHost.builder().loops(1).onDefect(defects).build()) {
            assertThatThrownBy(() -> other.disk(folder.toString()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(folder.toString())
                    .hasMessageContaining("in use");

            disk.close();
            other.disk(folder.toString());
        }
    }

    @Test
    void aDirectoryIsUsedByOneProcessAtATime() throws Exception {
        try (OtherProcess holder = OtherProcess.start("hold", folder.toString())) {
            assertThat(holder.line()).isEqualTo("held");
            assertThatThrownBy(() -> host.disk(folder.toString()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(folder.toString())
                    .hasMessageContaining("another process");

            holder.kill();
            host.disk(folder.toString());
        }
    }

    @Test
    void whatAKilledProcessAppendedIsThere() throws Exception {
        try (OtherProcess writer = OtherProcess.start("append", folder.toString())) {
            assertThat(writer.line()).isEqualTo("appended");
            writer.kill();
        }

        Disk disk = host.disk(folder.toString());

        assertThat(text(disk.open("topic-0/file"))).isEqualTo("abc");
        assertThat(disk.list("")).containsExactly("topic-0/");
    }

    @Test
    void aPathThatIsAFileIsNoDirectory() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThatThrownBy(() -> host.disk(file.toString())).isInstanceOf(IOException.class);
    }

    private static DiskFile filled(Disk disk, String path) throws IOException {
        DiskFile file = disk.open(path);
        file.append(bytes(path));
        return file;
    }

    private Optional<IOException> sync(Disk disk, DiskFile file) {
        CompletableFuture<Optional<IOException>> answer = new CompletableFuture<>();
        Host world = host;
        disk.sync(List.of(file), world.loops().getFirst(), fault -> answer.complete(Optional.ofNullable(fault)));
        return Await.await(answer);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private static String text(DiskFile file) throws IOException {
        ByteBuffer all = ByteBuffer.allocate((int) file.size());
        file.read(all, 0);
        return UTF_8.decode(all.flip()).toString();
    }
}
