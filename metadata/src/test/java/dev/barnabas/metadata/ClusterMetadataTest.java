package dev.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.Clock;
import dev.barnabas.host.Disk;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.DiskFaults;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class ClusterMetadataTest {

    private final SimulatedBed bed = new SimulatedBed(1);
    private final Loop loop = bed.host().loops().get(0);
    private final Loop otherLoop = bed.host().loops().get(1);
    private final Controller controller = new Controller(BrokerSettings.defaults(), new Dice(7));
    private final List<String> events = new ArrayList<>();

    private static CreateTopic topic(String name) {
        return new CreateTopic(name, 1, 1, List.of(), Map.of(), false);
    }

    private static RegisterBroker broker(long incarnation) {
        return Given.registration(1, incarnation, -1, new Uuid(3, 3));
    }

    /** Begins a new cluster's only broker: the epoch of the cluster's second change. */
    private void submitBroker(ClusterMetadata metadata) {
        metadata.submit(broker(1), otherLoop, _ -> {});
        submit(metadata, "broker", new BrokerHeartbeat(1, 2, 2, false, false, List.of(), List.of()));
    }

    private <A> void submit(ClusterMetadata metadata, String name, Wish<A> wish) {
        metadata.submit(wish, otherLoop, answer -> events.add(name + ": " + outcome(answer)));
    }

    private static String outcome(Answer<?> answer) {
        return switch (answer) {
            case Answer.Granted<?> _ -> "granted";
            case Answer.Refused<?>(Refusal refusal) -> refusal.error().toString();
        };
    }

    private void await(int count) {
        bed.await(count + " events, so far " + events, () -> events.size() >= count);
    }

    /** On the log of a single node. */
    @Nested
    final class OnTheEmbeddedLog {

        private Disk disk;

        @BeforeEach
        void prepare() throws IOException {
            disk = bed.host().disk(bed.directory());
        }

        private ClusterMetadata start(long bytesBetweenSnapshots) throws Exception {
            EmbeddedMetadataLog log = EmbeddedMetadataLogTest.open(bed, disk, loop);
            ClusterMetadata metadata =
                    new ClusterMetadata(loop, log, controller, bytesBetweenSnapshots, fault -> events.add("fault"));
            List<String> started = new ArrayList<>();
            bed.run(loop, () -> metadata.start(() -> started.add("ready")));
            bed.await("it is ready", () -> !started.isEmpty());
            return metadata;
        }

        private ClusterMetadata restart(ClusterMetadata metadata) throws Exception {
            bed.run(loop, metadata::close);
            return start(1_000_000);
        }

        private ClusterImage image(ClusterMetadata metadata) throws Exception {
            return bed.call(loop, metadata::image);
        }

        @Test
        void aNewClusterGetsAnIdThatStays() throws Exception {
            ClusterMetadata metadata = start(1_000_000);
            String id = image(metadata).clusterId();

            assertThat(id).hasSize(22);
            assertThat(image(restart(metadata)).clusterId()).isEqualTo(id);
        }

        @Test
        void wishesAreGrantedInTheOrderInWhichTheyCome() throws Exception {
            ClusterMetadata metadata = start(1_000_000);
            submitBroker(metadata);
            submit(metadata, "first", topic("a"));
            submit(metadata, "again", topic("a"));
            submit(metadata, "delete", new DeleteTopic("a", Uuid.ZERO));
            submit(metadata, "anew", topic("a"));
            submit(metadata, "wrong", topic("a b"));
            await(6);

            assertThat(events)
                    .containsExactly(
                            "broker: granted",
                            "first: granted",
                            "again: TOPIC_ALREADY_EXISTS",
                            "delete: granted",
                            "anew: granted",
                            "wrong: INVALID_TOPIC_EXCEPTION");
            assertThat(image(metadata).topics()).hasSize(1);
        }

        @Test
        void whatWasGrantedIsThereAfterARestart() throws Exception {
            ClusterMetadata metadata = start(1_000_000);
            submitBroker(metadata);
            submit(metadata, "topic", topic("a"));
            await(2);
            ClusterImage before = image(metadata);

            metadata = restart(metadata);

            assertThat(image(metadata)).isEqualTo(before);
        }

        @Test
        void listenersOnTheLoopOfTheOneWhoAskedAreToldBeforeTheAnswer() throws Exception {
            ClusterMetadata metadata = start(1_000_000);
            metadata.subscribe(
                    otherLoop, update -> events.add("image of " + update.image().topicCount()));
            submitBroker(metadata);
            await(3);
            submit(metadata, "topic", topic("a"));
            await(5);

            assertThat(events)
                    .containsExactly("image of 0", "image of 0", "broker: granted", "image of 1", "topic: granted");
        }

        @Test
        void updatesSayWhatHasChanged() throws Exception {
            ClusterMetadata metadata = start(1_000_000);
            submitBroker(metadata);
            submit(metadata, "topic", topic("a"));
            await(2);
            List<ImageUpdate> updates = new ArrayList<>();
            metadata.subscribe(otherLoop, updates::add);
            bed.await("the first update", () -> updates.size() == 1);
            Uuid a = image(metadata).topic("a").orElseThrow().id();

            assertThat(updates.getFirst().topics()).containsExactly(a);
            assertThat(updates.getFirst().brokers()).containsExactly(1);

            submit(
                    metadata,
                    "settings",
                    new AlterSettings(
                            Resource.topic("a"),
                            List.of(new AlterSettings.Alteration("retention.ms", AlterSettings.Operation.SET, "5")),
                            false));
            await(3);
            assertThat(updates.getLast().settings()).containsExactly(Resource.topic("a"));
            assertThat(updates.getLast().topics()).isEmpty();

            submit(metadata, "restart", broker(2));
            await(4);
            assertThat(updates.getLast().topics()).containsExactly(a);
            assertThat(updates.getLast().brokers()).containsExactly(1);

            submit(metadata, "delete", new DeleteTopic("a", Uuid.ZERO));
            await(5);
            assertThat(updates.getLast().topics()).containsExactly(a);
            assertThat(updates.getLast().settings()).containsExactly(Resource.topic("a"));
            assertThat(updates.getLast().image().topic(a)).isEmpty();
        }

        @Test
        void snapshotsBoundWhatHasToBeReplayed() throws Exception {
            ClusterMetadata metadata = start(2_000);
            submitBroker(metadata);
            for (int number = 0; number < 200; number++) {
                submit(metadata, "topic", topic("t" + number));
                await(number + 2);
            }
            bed.close();
            ClusterImage before = image(metadata);
            long used = bed.host().drive("data").files().entrySet().stream()
                    .filter(file -> file.getKey().endsWith(".log"))
                    .mapToLong(Map.Entry::getValue)
                    .sum();

            metadata = restart(metadata);

            assertThat(used).isLessThan(10_000);
            assertThat(image(metadata)).isEqualTo(before);
            assertThat(image(metadata).topicCount()).isEqualTo(200);
        }

        @Test
        void aFullDiskRefusesAndGoesOn() throws Exception {
            ClusterMetadata metadata = start(1_000_000);
            submitBroker(metadata);
            await(1);
            bed.host().drive("data").fillUp(3);
            submit(metadata, "full", topic("a"));
            await(2);
            bed.host().drive("data").unlimited();
            submit(metadata, "space", topic("a"));
            await(3);

            assertThat(events).containsExactly("broker: granted", "full: KAFKA_STORAGE_ERROR", "space: granted");
        }

        @Test
        void aFailedDiskIsReportedOnceAndEverythingElseRefused() throws Exception {
            ClusterMetadata metadata = start(1_000_000);
            bed.host().drive("data").faults(DiskFaults.NONE.withSyncFailure(1));
            submit(metadata, "lost", broker(1));
            await(2);
            submit(metadata, "later", topic("a"));
            await(3);

            assertThat(events).containsExactly("fault", "lost: KAFKA_STORAGE_ERROR", "later: KAFKA_STORAGE_ERROR");
        }
    }

    /** On a log whose leader changes when the test says so. */
    @Nested
    final class OnAContestedLog {

        private final ContestedLog log = new ContestedLog(loop.clock());
        private final ClusterMetadata metadata =
                new ClusterMetadata(loop, log, controller, 1_000_000, fault -> events.add("fault"));

        @BeforeEach
        void prepare() throws Exception {
            bed.run(loop, () -> {
                metadata.start(() -> events.add("ready"));
                log.lead();
                log.commitAll();
            });
            submitBroker(metadata);
            run(log::commitAll);
            await(2);
            events.clear();
        }

        private void run(TestBedStep step) throws Exception {
            bed.close();
            bed.run(loop, step::run);
            bed.close();
        }

        private interface TestBedStep {
            void run();
        }

        /** An entry of another leader, which creates a topic. */
        private ByteBuffer foreign(String topic, ClusterImage basis) {
            Topic created = new Topic(new Uuid(1, 1), topic, List.of(Partition.of(List.of(1), List.of(1), 1, 0, 0)));
            return new LogEntry(42, basis.stamp(), new Change.TopicCreated(created, new TreeMap<>())).encode();
        }

        @Test
        void aPlanThatWasOvertakenIsMadeAgain() throws Exception {
            ClusterImage basis = bed.call(loop, metadata::image);
            submit(metadata, "mine", topic("mine"));
            submit(metadata, "same", topic("other"));
            submit(metadata, "also", topic("also"));
            run(() -> {
                log.insertFirst(foreign("other", basis));
                log.commitAll();
            });
            run(log::commitAll);
            run(log::commitAll);
            await(3);

            assertThat(events)
                    .containsExactlyInAnyOrder("mine: granted", "same: TOPIC_ALREADY_EXISTS", "also: granted");
            assertThat(bed.call(loop, metadata::image).topics())
                    .extracting(Topic::name)
                    .containsExactlyInAnyOrder("mine", "other", "also");
        }

        @Test
        void whoDoesNotLeadRefuses() throws Exception {
            run(log::follow);
            submit(metadata, "topic", topic("a"));
            await(1);

            assertThat(events).containsExactly("topic: NOT_CONTROLLER");
        }

        @Test
        void whatWasOnItsWayWhenLeadershipWasLostIsUnknown() throws Exception {
            submit(metadata, "topic", topic("a"));
            submit(metadata, "refused", topic("a"));
            run(log::follow);
            await(2);

            assertThat(events).containsExactly("topic: REQUEST_TIMED_OUT", "refused: NOT_CONTROLLER");
            assertThat(bed.call(loop, metadata::image).topicCount()).isZero();
        }

        @Test
        void aNewLeaderPlansOnWhatIsCommitted() throws Exception {
            ClusterImage basis = bed.call(loop, metadata::image);
            run(() -> {
                log.follow();
                log.insertFirst(foreign("other", basis));
                log.commitAll();
                log.lead();
            });
            submit(metadata, "topic", topic("other"));
            run(log::commitAll);
            await(1);

            assertThat(events).containsExactly("topic: TOPIC_ALREADY_EXISTS");
        }

        @Test
        void anEntryThatCannotBeReadIsAFault() throws Exception {
            run(() -> {
                log.insertFirst(ByteBuffer.allocate(3));
                log.commitAll();
            });
            submit(metadata, "topic", topic("a"));
            await(2);

            assertThat(events).containsExactly("fault", "topic: " + ErrorCode.KAFKA_STORAGE_ERROR);
        }
    }

    /** Entries wait until the test commits them; others may come before them. */
    private static final class ContestedLog implements MetadataLog {

        private final List<Waiting> waiting = new ArrayList<>();
        private final SoleVoter quorum;
        private @Nullable Subscriber subscriber;
        private long endOffset;
        private boolean leads;

        ContestedLog(Clock clock) {
            quorum = new SoleVoter(1, Uuid.ZERO, clock, () -> endOffset);
        }

        private record Waiting(ByteBuffer entry, @Nullable Consumer<Appended> then) {}

        void lead() {
            leads = true;
            quorum.lead();
            subscriber().leading();
        }

        void follow() {
            leads = false;
            subscriber().following();
            List<Waiting> lost = List.copyOf(waiting);
            waiting.clear();
            for (Waiting entry : lost) {
                if (entry.then != null) {
                    entry.then.accept(new Appended.Unknown("leadership was lost"));
                }
            }
        }

        void insertFirst(ByteBuffer entry) {
            waiting.addFirst(new Waiting(entry, null));
        }

        void commitAll() {
            List<Waiting> entries = List.copyOf(waiting);
            waiting.clear();
            for (Waiting entry : entries) {
                long offset = endOffset++;
                subscriber().committed(offset, entry.entry);
                if (entry.then != null) {
                    entry.then.accept(new Appended.Committed(offset));
                }
            }
        }

        private Subscriber subscriber() {
            return Objects.requireNonNull(subscriber);
        }

        @Override
        public void subscribe(long fromOffset, Subscriber newSubscriber) {
            subscriber = newSubscriber;
        }

        @Override
        public void append(ByteBuffer entry, Consumer<Appended> then) {
            if (leads) {
                waiting.add(new Waiting(entry, then));
            } else {
                then.accept(new Appended.Refused(Reason.NOT_LEADING, "this node does not lead"));
            }
        }

        @Override
        public void snapshot(long lastOffset, Supplier<ByteBuffer> state, Consumer<@Nullable IOException> then) {
            throw new UnsupportedOperationException("no snapshot is due in this test");
        }

        @Override
        public long bytesSinceSnapshot() {
            return 0;
        }

        @Override
        public Quorum quorum() {
            return quorum;
        }

        @Override
        public void close() {
            subscriber = null;
        }
    }
}
