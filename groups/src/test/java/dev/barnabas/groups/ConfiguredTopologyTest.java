package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest.CopartitionGroup;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest.Subtopology;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest.TopicInfo;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest.Topology;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How many partitions internal topics get, and which topologies cannot be. */
final class ConfiguredTopologyTest {
    private final MemoryTopics topics = new MemoryTopics();

    @Test
    void aRepartitionTopicHasAsManyPartitionsAsTheWidestOfItsSources() {
        topics.create("a", 3);
        topics.create("b", 5);
        ConfiguredTopology configured =
                configured(writer("0", List.of("a"), "r"), writer("1", List.of("b"), "r"), reader("2", "r", 0, "c"));
        assertThat(missing(configured)).containsExactly("c/5", "r/5");
        assertThat(configured.isReady()).isFalse();
        topics.create("r", 5);
        topics.create("c", 5);
        ConfiguredTopology ready =
                configured(writer("0", List.of("a"), "r"), writer("1", List.of("b"), "r"), reader("2", "r", 0, "c"));
        assertThat(ready.isReady()).isTrue();
        assertThat(ready.subtopologies().values().stream().map(ConfiguredTopology.Configured::tasks))
                .containsExactly(3, 5, 5);
    }

    @Test
    void repartitionTopicsFollowEachOther() {
        topics.create("a", 4);
        // Named so that the last is looked at first.
        ConfiguredTopology configured = configured(
                reader("0", "r1", 0, "c"),
                through("1", "r2", "r1"),
                through("2", "r3", "r2"),
                writer("3", List.of("a"), "r3"));
        assertThat(missing(configured)).containsExactly("c/4", "r1/4", "r2/4", "r3/4");
    }

    @Test
    void aNumberThatTheApplicationSetsIsTaken() {
        topics.create("a", 4);
        assertThat(missing(configured(writer("0", List.of("a"), "r"), reader("1", "r", 9, "c"))))
                .containsExactly("c/9", "r/9");
    }

    @Test
    void whatIsJoinedWithASourceHasItsNumber() {
        topics.create("a", 4);
        topics.create("b", 6);
        Subtopology join = empty("1")
                .sourceTopics(List.of("b"))
                .repartitionSourceTopics(List.of(topic("r", 0)))
                .copartitionGroups(List.of(copartition(1, 1)))
                .build();
        assertThat(missing(configured(writer("0", List.of("a"), "r"), join))).containsExactly("r/6");
    }

    @Test
    void whatIsJoinedMustHaveTheSameNumber() {
        topics.create("a", 4);
        topics.create("b", 6);
        Subtopology join = empty("0")
                .sourceTopics(List.of("a", "b"))
                .copartitionGroups(List.of(copartition(2, 0)))
                .build();
        assertThat(problem(configured(join)))
                .isEqualTo("2 Following topics do not have the same number of partitions: [{a=4, b=6}]");
    }

    @Test
    void anInternalTopicWithAnotherNumberIsNotTouched() {
        topics.create("a", 4);
        topics.create("c", 3);
        topics.create("r", 4);
        assertThat(problem(configured(writer("0", List.of("a"), "r"), reader("1", "r", 0, "c"))))
                .isEqualTo("2 Existing topic c has different number of partitions: expected 4, found 3");
    }

    @Test
    void missingSourcesAreNamedAndOnlyCountedIfTheyAreMany() {
        assertThat(problem(configured(empty("0").sourceTopics(List.of("a", "b")).build())))
                .isEqualTo("1 Source topics a, b are missing.");
        List<String> many = IntStream.range(0, 9).mapToObj(i -> "t" + i).toList();
        assertThat(problem(configured(empty("0").sourceTopics(many).build())))
                .isEqualTo("1 Source topics t0, t1, t2, t3, t4 and 4 additional topics are missing.");
    }

    @Test
    void whatNobodyCouldEverRunIsInvalid() {
        assertThat(invalid(empty("0").build())).contains("Subtopology 0 has no source topics.");
        assertThat(invalid(through("0", "r", "r")))
                .hasValueSatisfying(why -> assertThat(why).contains("loops"));
        assertThat(invalid(reader("0", "r", 0, "c")))
                .hasValueSatisfying(why -> assertThat(why).contains("never used as a sink topic"));
        assertThat(invalid(empty("0").sourceTopicRegex(List.of("a.*")).build()))
                .contains("Regular expressions for source topics are not supported yet.");
        assertThat(invalid(empty("0")
                        .sourceTopics(List.of("a"))
                        .stateChangelogTopics(List.of(topic("c", 3)))
                        .build()))
                .contains("Changelog topic c must have an undefined partition count, but it is set to 3.");
        assertThat(invalid(empty("0")
                        .sourceTopics(List.of("a"))
                        .copartitionGroups(List.of(copartition(2, 0)))
                        .build()))
                .contains("A copartition group of subtopology 0 names a topic that is not there.");
        assertThat(invalid(
                        empty("0").sourceTopics(List.of("a")).build(),
                        empty("0").sourceTopics(List.of("b")).build()))
                .contains("Subtopology 0 is named twice.");
        assertThat(invalid(
                        empty("0").sourceTopics(List.of("a")).build(),
                        empty("1").sourceTopics(List.of("a")).build()))
                .contains("Topic a is read twice.");
    }

    @Test
    void theOrderInWhichAMemberNamesThingsDoesNotMatter() {
        Subtopology one = empty("0")
                .sourceTopics(List.of("a", "b", "x"))
                .copartitionGroups(List.of(new CopartitionGroup(List.of((short) 0, (short) 2), List.of(), List.of())))
                .build();
        Subtopology other = empty("0")
                .sourceTopics(List.of("x", "b", "a"))
                .copartitionGroups(List.of(new CopartitionGroup(List.of((short) 2, (short) 0), List.of(), List.of())))
                .build();
        Subtopology last = writer("1", List.of("y"), "r");
        assertThat(RequestedTopology.stored(new Topology(0, List.of(one, last))))
                .isEqualTo(RequestedTopology.stored(new Topology(0, List.of(last, other))));
    }

    private ConfiguredTopology configured(Subtopology... subtopologies) {
        Topology topology = new Topology(0, List.of(subtopologies));
        assertThat(RequestedTopology.whyInvalid(topology)).isEmpty();
        return ConfiguredTopology.of(RequestedTopology.stored(topology), topics);
    }

    private static Optional<String> invalid(Subtopology... subtopologies) {
        return RequestedTopology.whyInvalid(new Topology(0, List.of(subtopologies)));
    }

    private static List<String> missing(ConfiguredTopology configured) {
        return configured.missing().stream()
                .map(topic -> topic.name() + "/" + topic.partitions())
                .toList();
    }

    private static String problem(ConfiguredTopology configured) {
        var problem = configured.problem();
        return problem == null ? "none" : problem.code() + " " + problem.detail();
    }

    private static Subtopology writer(String id, List<String> sources, String sink) {
        return empty(id)
                .sourceTopics(sources)
                .repartitionSinkTopics(List.of(sink))
                .build();
    }

    private static Subtopology through(String id, String source, String sink) {
        return empty(id)
                .repartitionSourceTopics(List.of(topic(source, 0)))
                .repartitionSinkTopics(List.of(sink))
                .build();
    }

    private static Subtopology reader(String id, String source, int partitions, String changelog) {
        return empty(id)
                .repartitionSourceTopics(List.of(topic(source, partitions)))
                .stateChangelogTopics(List.of(topic(changelog, 0)))
                .build();
    }

    private static Subtopology.Builder empty(String id) {
        return Subtopology.builder()
                .subtopologyId(id)
                .sourceTopics(List.of())
                .sourceTopicRegex(List.of())
                .stateChangelogTopics(List.of())
                .repartitionSinkTopics(List.of())
                .repartitionSourceTopics(List.of())
                .copartitionGroups(List.of());
    }

    /** The first topics of each kind. */
    private static CopartitionGroup copartition(int sources, int repartitioned) {
        return new CopartitionGroup(indexes(sources), List.of(), indexes(repartitioned));
    }

    private static List<Short> indexes(int count) {
        return IntStream.range(0, count).mapToObj(index -> (short) index).toList();
    }

    private static TopicInfo topic(String name, int partitions) {
        return new TopicInfo(name, partitions, (short) 0, List.of());
    }
}
