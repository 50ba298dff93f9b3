package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.ShareGroupDescribeRequest;
import dev.barnabas.protocol.message.ShareGroupDescribeResponse;
import dev.barnabas.protocol.message.ShareGroupHeartbeatRequest;
import dev.barnabas.protocol.message.ShareGroupHeartbeatResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random heartbeats of members of a share group get the answers of Kafka's own coordinator: who is let in, who is
 * refused and why, who is a member. Which epochs and partitions they are told differs: ours are assigned sooner.
 */
final class ShareDifferentialTest {
    private static final int STEPS = 200;
    private static final Caller CALLER = new Caller("client", "/10.0.0.1", 1);

    static LongStream seeds() {
        Long seed = Long.getLong("groups.seed");
        return seed != null ? LongStream.of(seed) : LongStream.range(0, Long.getLong("groups.seeds", 50));
    }

    private final TestCoordinator ours = new TestCoordinator(GroupSettings.DEFAULTS, 1);
    private final KafkaGroups kafka = new KafkaGroups(GroupSettings.DEFAULTS);
    private final Map<String, Integer> ourEpochs = new TreeMap<>();
    private final Map<String, Integer> kafkaEpochs = new TreeMap<>();

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void membersAreToldWhatKafkaTellsThem(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List.of(ours, kafka).forEach(backend -> {
            backend.topics().create("a", 3);
            backend.topics().create("b", 2);
        });
        for (int step = 0; step < STEPS; step++) {
            String as = "seed " + seed + ", step " + step;
            String member = "m" + random.nextInt(4);
            int ahead = random.nextInt(15) == 0 ? 10 * random.nextInt(8) : 0;
            boolean nonsense = random.nextInt(40) == 0;
            List<String> topics = random.nextInt(6) == 0 ? topics(random) : null;
            switch (random.nextInt(12)) {
                case 0, 1 -> beat(as, member, 0, 0, topics(random));
                case 2 -> beat(as, member, -1, -1, null);
                case 3 -> {
                    Duration time = Duration.ofSeconds(random.nextInt(1, 20));
                    ours.pass(time);
                    kafka.pass(time);
                }
                case 4 -> {
                    ours.reload();
                    kafka.reload();
                }
                default ->
                    beat(
                            as,
                            member,
                            // Epochs need not be the same here and there; what they mean has to be.
                            nonsense ? -2 : ourEpochs.getOrDefault(member, 1) + ahead,
                            nonsense ? -2 : kafkaEpochs.getOrDefault(member, 1) + ahead,
                            topics);
            }
            assertThat(members(describe())).as(as).isEqualTo(members(kafka.shareDescribe("g")));
        }
    }

    private static List<String> topics(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> List.of("a");
            case 1 -> List.of("b", "none");
            default -> List.of("a", "b");
        };
    }

    private void beat(String as, String member, int ourEpoch, int kafkaEpoch, @Nullable List<String> topics) {
        List<ShareGroupHeartbeatResponse> answers = new ArrayList<>();
        ours.groups.shareHeartbeat(request(member, ourEpoch, topics), CALLER, ours.loop, answers::add);
        ours.loop.turn();
        ShareGroupHeartbeatResponse our = answers.getFirst();
        ShareGroupHeartbeatResponse theirs = kafka.shareHeartbeat(request(member, kafkaEpoch, topics), CALLER);
        assertThat(ErrorCode.forCode(our.errorCode()))
                .as("%s, %s at %d and %d", as, member, ourEpoch, kafkaEpoch)
                .isEqualTo(ErrorCode.forCode(theirs.errorCode()));
        if (our.errorCode() == ErrorCode.NONE.code() && ourEpoch >= 0) {
            ourEpochs.put(member, our.memberEpoch());
            kafkaEpochs.put(member, theirs.memberEpoch());
        }
    }

    private static ShareGroupHeartbeatRequest request(String member, int epoch, @Nullable List<String> topics) {
        return ShareGroupHeartbeatRequest.builder()
                .groupId("g")
                .memberId(member)
                .memberEpoch(epoch)
                .subscribedTopicNames(topics)
                .build();
    }

    private ShareGroupDescribeResponse describe() {
        List<ShareGroupDescribeResponse> answers = new ArrayList<>();
        ours.groups.shareDescribe(
                ShareGroupDescribeRequest.builder().groupIds(List.of("g")).build(), ours.loop, answers::add);
        ours.loop.turn();
        return answers.getFirst();
    }

    private static List<Object> members(ShareGroupDescribeResponse described) {
        ShareGroupDescribeResponse.DescribedGroup group = described.groups().getFirst();
        return List.of(
                group.errorCode(),
                group.groupState(),
                group.members().stream()
                        .map(member -> List.of(
                                member.memberId(),
                                member.clientId(),
                                member.clientHost(),
                                member.subscribedTopicNames().stream().sorted().toList()))
                        .sorted((one, other) -> one.getFirst()
                                .toString()
                                .compareTo(other.getFirst().toString()))
                        .toList());
    }
}
