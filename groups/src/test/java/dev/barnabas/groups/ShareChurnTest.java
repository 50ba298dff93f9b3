package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.DeleteGroupsRequest;
import dev.barnabas.protocol.message.DeleteGroupsResponse;
import dev.barnabas.protocol.message.ShareGroupHeartbeatRequest;
import dev.barnabas.protocol.message.ShareGroupHeartbeatResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Members of a share group join, leave, lose answers and subscribe to something else; topics grow, go and come again;
 * appends are refused, leaders are lost with what was not committed, share coordinators refuse or take their time. In
 * the end, when nothing fails any more, everybody has something to read and nothing is left unread. To repeat one run:
 * {@code mvn -pl groups -am test -Dtest=ShareChurnTest -Dsurefire.failIfNoSpecifiedTests=false -Dgroups.seed=4711}; to
 * try many: {@code -Dgroups.seeds=10000}.
 */
final class ShareChurnTest {
    private static final int STEPS = 400;
    private static final List<String> TOPICS = List.of("a", "b");

    static LongStream seeds() {
        Long seed = Long.getLong("groups.seed");
        return seed != null ? LongStream.of(seed) : LongStream.range(0, Long.getLong("groups.seeds", 100));
    }

    /** A client. */
    private static final class Client {
        private final String id;
        private int epoch;
        private List<String> topics = TOPICS;
        private NavigableSet<SharePlace> assigned = new TreeSet<>();

        private Client(String id) {
            this.id = id;
        }
    }

    private TestCoordinator coordinator = new TestCoordinator(GroupSettings.DEFAULTS, 1);

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void inTheEndEverythingIsReadBySomebody(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        coordinator = new TestCoordinator(GroupSettings.DEFAULTS, seed);
        TOPICS.forEach(topic -> coordinator.topics().create(topic, 1 + random.nextInt(4)));
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            clients.add(new Client("m" + i));
        }
        for (int step = 0; step < STEPS; step++) {
            Client client = clients.get(random.nextInt(clients.size()));
            switch (random.nextInt(60)) {
                case 0 -> leave(client);
                case 1 -> client.epoch = 0;
                case 2 -> lose(client);
                case 3 -> {
                    client.topics = random.nextBoolean() ? TOPICS : List.of(TOPICS.get(random.nextInt(2)));
                    client.epoch = 0;
                }
                case 4 -> {
                    String topic = TOPICS.get(random.nextInt(2));
                    coordinator
                            .topics()
                            .addPartitions(topic, coordinator.topics().partitionsOf(topic) + 1);
                }
                case 5 -> recreate(TOPICS.get(random.nextInt(2)), 1 + random.nextInt(4));
                case 6 -> coordinator.eachLog(log -> log.refuse(ErrorCode.NOT_ENOUGH_REPLICAS));
                case 7 -> coordinator.eachLog(log -> log.commits(false));
                case 8 -> coordinator.loseLeader(random.nextInt(TestCoordinator.PARTITIONS));
                case 9 -> coordinator.shareStates.refuse(ErrorCode.COORDINATOR_NOT_AVAILABLE);
                case 10 -> coordinator.shareStates.holds(true);
                case 11 -> coordinator.pass(Duration.ofSeconds(random.nextInt(50)));
                case 12, 13, 14, 15 -> heal();
                default -> {
                    beat(client);
                    coordinator.pass(Duration.ofMillis(random.nextInt(1_500)));
                }
            }
        }

        heal();
        clients.forEach(client -> {
            client.topics = TOPICS;
            client.epoch = 0;
        });
        for (int second = 0; second < 20; second++) {
            clients.forEach(this::beat);
            coordinator.pass(Duration.ofSeconds(1));
        }
        NavigableSet<SharePlace> all = new TreeSet<>();
        for (String topic : TOPICS) {
            Uuid id = coordinator.topics().idOf(topic).orElseThrow();
            for (int i = 0; i < coordinator.topics().partitionsOf(topic); i++) {
                all.add(new SharePlace(id, i));
            }
        }
        NavigableSet<SharePlace> read = new TreeSet<>();
        clients.forEach(client -> {
            assertThat(client.assigned).as("seed %d, %s", seed, client.id).isNotEmpty();
            read.addAll(client.assigned);
        });
        assertThat(read).as("seed %d", seed).isEqualTo(all);
        assertThat(coordinator.shareStates.of("g").navigableKeySet())
                .as("states, seed %d", seed)
                .containsAll(all);

        clients.forEach(this::leave);
        assertThat(deleteGroup()).as("seed %d", seed).isEqualTo(ErrorCode.NONE);
        assertThat(coordinator.shareStates.of("g").keySet())
                .as("left of the group, seed %d", seed)
                .allMatch(place -> coordinator.topics().nameOf(place.topicId()).isEmpty());
    }

    private void recreate(String topic, int partitions) {
        coordinator.topics().delete(topic);
        coordinator.topics().create(topic, partitions);
    }

    private void heal() {
        coordinator.eachLog(log -> {
            log.refuse(null);
            log.commits(true);
        });
        coordinator.shareStates.refuse(null);
        coordinator.shareStates.holds(false);
        coordinator.loop.turn();
    }

    private Optional<ShareGroupHeartbeatResponse> ask(Client client, int epoch) {
        ShareGroupHeartbeatRequest request = ShareGroupHeartbeatRequest.builder()
                .groupId("g")
                .memberId(client.id)
                .memberEpoch(epoch)
                .subscribedTopicNames(epoch == 0 ? client.topics : null)
                .build();
        List<ShareGroupHeartbeatResponse> answers = new ArrayList<>();
        coordinator.groups.shareHeartbeat(request, new Caller("c", "/h", 1), coordinator.loop, answers::add);
        coordinator.loop.turn();
        return answers.stream().findFirst();
    }

    private void beat(Client client) {
        ask(client, client.epoch).ifPresent(answer -> {
            switch (ErrorCode.forCode(answer.errorCode())) {
                case NONE -> {
                    client.epoch = answer.memberEpoch();
                    ShareGroupHeartbeatResponse.Assignment assignment = answer.assignment();
                    if (assignment != null) {
                        NavigableSet<SharePlace> places = new TreeSet<>();
                        assignment
                                .topicPartitions()
                                .forEach(topic -> topic.partitions()
                                        .forEach(partition -> places.add(new SharePlace(topic.topicId(), partition))));
                        client.assigned = places;
                    }
                }
                case UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH, GROUP_ID_NOT_FOUND -> client.epoch = 0;
                case NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS -> {}
                default -> throw new AssertionError(answer);
            }
        });
    }

    private void lose(Client client) {
        ask(client, client.epoch);
    }

    private void leave(Client client) {
        ask(client, -1);
        client.epoch = 0;
    }

    private ErrorCode deleteGroup() {
        DeleteGroupsRequest request =
                DeleteGroupsRequest.builder().groupsNames(List.of("g")).build();
        List<DeleteGroupsResponse> answers = new ArrayList<>();
        Consumer<DeleteGroupsResponse> then = answers::add;
        coordinator.groups.delete(request, coordinator.loop, then);
        coordinator.loop.turn();
        assertThat(answers).hasSize(1);
        return ErrorCode.forCode(answers.getFirst().results().getFirst().errorCode());
    }
}
