package dev.barnabas.broker;

import dev.barnabas.host.Disk;
import dev.barnabas.log.LogDirectory;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.DescribeLogDirsRequest;
import dev.barnabas.protocol.message.DescribeLogDirsRequest.DescribableLogDirTopic;
import dev.barnabas.protocol.message.DescribeLogDirsResponse;
import dev.barnabas.protocol.message.DescribeLogDirsResponse.DescribeLogDirsPartition;
import dev.barnabas.protocol.message.DescribeLogDirsResponse.DescribeLogDirsResult;
import dev.barnabas.protocol.message.DescribeLogDirsResponse.DescribeLogDirsTopic;
import dev.barnabas.replication.Partition;
import dev.barnabas.replication.PartitionId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * DescribeLogDirs 1-5 (KIP-113): what lies where, and how much room there is. Directories are called as the operator
 * named them. One that has failed has an error in place of its contents.
 *
 * <ul>
 *   <li>v4 (KIP-827): bytes in all and usable. v5 (KIP-1066): whether a directory is cordoned: here that is one without
 *       room (see {@link DirectoryRoom}).
 * </ul>
 */
final class DescribeLogDirsHandler implements Handler<DescribeLogDirsRequest> {

    private final Node node;
    private final List<Reconciler> reconcilers;
    private final DirectoryRoom room;

    DescribeLogDirsHandler(Node node, List<Reconciler> reconcilers, DirectoryRoom room) {
        this.node = node;
        this.reconcilers = List.copyOf(reconcilers);
        this.room = room;
    }

    @Override
    public void handle(DescribeLogDirsRequest request, Call call) {
        Set<Asked> asked = asked(request.topics());
        Answers<OnLoop> answers = new Answers<>(call.loop());
        for (LoopShare share : node.shares()) {
            Consumer<OnLoop> then = answers.expect(new OnLoop(List.of(), List.of()));
            node.run(share.loop(), () -> {
                OnLoop found = look(share, asked);
                node.run(call.loop(), () -> then.accept(found));
            });
        }
        answers.await(found -> addRoom(found, call));
    }

    private static @Nullable Set<Asked> asked(@Nullable List<DescribableLogDirTopic> topics) {
        if (topics == null) {
            return null;
        }
        Set<Asked> asked = new HashSet<>();
        topics.forEach(topic -> topic.partitions().forEach(index -> asked.add(new Asked(topic.topic(), index))));
        return asked;
    }

    private OnLoop look(LoopShare share, @Nullable Set<Asked> asked) {
        PartitionFolders folders = reconcilers.get(share.index()).folders();
        List<Size> sizes = new ArrayList<>();
        for (Partition partition : share.partitions().all()) {
            PartitionId id = partition.id();
            if (asked == null || asked.contains(new Asked(id.topic(), id.index()))) {
                folders.directoryOf(id)
                        .ifPresent(directory ->
                                sizes.add(new Size(directory, id.topic(), id.index(), partition.sizeInBytes())));
            }
        }
        return new OnLoop(folders.all(), sizes);
    }

    private void addRoom(List<OnLoop> found, Call call) {
        List<PartitionFolders.Directory> directories = found.getFirst().directories;
        Answers<DescribeLogDirsResult> answers = new Answers<>(call.loop());
        for (int index = 0; index < directories.size(); index++) {
            DescribeLogDirsResult failed = DescribeLogDirsResult.builder()
                    .errorCode(ErrorCode.KAFKA_STORAGE_ERROR.code())
                    .logDir(directories.get(index).name())
                    .build();
            if (!(directories.get(index) instanceof PartitionFolders.Directory.Usable(Disk disk, LogDirectory _))) {
                answers.known(failed);
                continue;
            }
            List<DescribeLogDirsTopic> topics = topics(found, index);
            boolean full = room.isFull(index);
            Consumer<DescribeLogDirsResult> then = answers.expect(failed);
            disk.offload(() -> new Room(disk.totalBytes(), disk.usableBytes()), call.loop(), new Disk.Completion<>() {
                @Override
                public void done(Room bytes) {
                    then.accept(DescribeLogDirsResult.builder()
                            .logDir(disk.name())
                            .topics(topics)
                            .totalBytes(bytes.totalBytes)
                            .usableBytes(bytes.usableBytes)
                            .isCordoned(full)
                            .build());
                }

                @Override
                public void failed(IOException fault) {
                    then.accept(failed);
                }
            });
        }
        answers.await(results ->
                call.answer(DescribeLogDirsResponse.builder().results(results).build()));
    }

    private static List<DescribeLogDirsTopic> topics(List<OnLoop> found, int directory) {
        Map<String, List<DescribeLogDirsPartition>> byTopic = new TreeMap<>();
        for (OnLoop onLoop : found) {
            for (Size size : onLoop.sizes) {
                if (size.directory == directory) {
                    byTopic.computeIfAbsent(size.topic, absent -> new ArrayList<>())
                            .add(DescribeLogDirsPartition.builder()
                                    .partitionIndex(size.partition)
                                    .partitionSize(size.bytes)
                                    .build());
                }
            }
        }
        List<DescribeLogDirsTopic> topics = new ArrayList<>();
        byTopic.forEach((name, partitions) -> topics.add(
                DescribeLogDirsTopic.builder().name(name).partitions(partitions).build()));
        return topics;
    }

    private record Asked(String topic, int partition) {}

    /** @param directories all of the node, the same on every loop but for what has just failed */
    private record OnLoop(List<PartitionFolders.Directory> directories, List<Size> sizes) {}

    /** @param directory index into the directories */
    private record Size(int directory, String topic, int partition, long bytes) {}

    private record Room(long totalBytes, long usableBytes) {}
}
