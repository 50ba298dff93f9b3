package dev.barnabas.metadata;

import static dev.barnabas.metadata.AlterSettings.Operation.APPEND;
import static dev.barnabas.metadata.AlterSettings.Operation.DELETE;
import static dev.barnabas.metadata.AlterSettings.Operation.SET;
import static dev.barnabas.metadata.AlterSettings.Operation.SUBTRACT;
import static dev.barnabas.protocol.ErrorCode.INVALID_CONFIG;
import static dev.barnabas.protocol.ErrorCode.INVALID_REQUEST;
import static dev.barnabas.protocol.ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.metadata.AlterSettings.Alteration;
import dev.barnabas.metadata.AlterSettings.Operation;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.settings.TopicSettings;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Changing settings, some of them or all. */
final class SettingWishesTest {

    private static final Resource TOPIC = Resource.topic("t");
    private static final Resource BROKER = Resource.broker(1);

    private final Given given = Given.brokers(1).topics("t");

    private static AlterSettings alter(Resource resource, String name, Operation operation, @Nullable String value) {
        return new AlterSettings(resource, List.of(new Alteration(name, operation, value)), false);
    }

    private static Resource resource(Resource.Type type, @Nullable String name) {
        return new Resource(type, name == null ? "" : name);
    }

    @Test
    void aSettingIsSetAndTakenAway() {
        given.grant(alter(TOPIC, "retention.ms", SET, "5"));
        given.grant(alter(TOPIC, "segment.ms", SET, "7"));

        assertThat(given.image().settings(TOPIC))
                .containsOnly(Map.entry("retention.ms", "5"), Map.entry("segment.ms", "7"));
        assertThat(given.image().topicSettings("t", BrokerSettings.defaults()).get(TopicSettings.RETENTION_MS))
                .isEqualTo(5);

        given.grant(alter(TOPIC, "retention.ms", DELETE, null));
        given.grant(alter(TOPIC, "segment.ms", DELETE, null));

        assertThat(given.image().settings(TOPIC)).isEmpty();
        assertThat(given.image().resourcesWithSettings(Resource.Type.TOPIC)).isEmpty();
    }

    @Test
    void whatIsSoAlreadyChangesNothing() {
        given.grant(alter(TOPIC, "retention.ms", SET, "5"));

        assertThat(given.changesNothing(alter(TOPIC, "retention.ms", SET, "5"))).isTrue();
        assertThat(given.changesNothing(alter(TOPIC, "segment.ms", DELETE, null)))
                .isTrue();
        assertThat(given.changesNothing(alter(TOPIC, "no.such.setting", DELETE, null)))
                .isTrue();
        assertThat(given.changesNothing(new AlterSettings(TOPIC, List.of(), false)))
                .isTrue();
        assertThat(given.changesNothing(
                        new AlterSettings(TOPIC, List.of(new Alteration("retention.ms", SET, "6")), true)))
                .isTrue();
    }

    @Test
    void listsGrowAndShrink() {
        given.grant(alter(TOPIC, "cleanup.policy", APPEND, "compact"));
        assertThat(given.image().settings(TOPIC)).containsEntry("cleanup.policy", "delete,compact");

        given.grant(alter(TOPIC, "cleanup.policy", APPEND, " compact , delete "));
        assertThat(given.image().settings(TOPIC)).containsEntry("cleanup.policy", "delete,compact");

        given.grant(alter(TOPIC, "cleanup.policy", SUBTRACT, "delete"));
        given.grant(alter(TOPIC, "cleanup.policy", SUBTRACT, "delete,zzz"));
        assertThat(given.image().settings(TOPIC)).containsEntry("cleanup.policy", "compact");
        assertThat(given.error(alter(TOPIC, "cleanup.policy", APPEND, "nonsense")))
                .isEqualTo(INVALID_CONFIG);
    }

    @Test
    void whatIsNoListCannotGrow() {
        assertThat(given.refuse(alter(TOPIC, "retention.ms", APPEND, "5")))
                .isEqualTo(
                        new Refusal(INVALID_CONFIG, "Can't APPEND to key retention.ms because its type is not LIST."));
        assertThat(given.error(alter(TOPIC, "nonsense", SUBTRACT, "5"))).isEqualTo(INVALID_CONFIG);
    }

    @Test
    void oneWrongAlterationSpoilsThemAll() {
        AlterSettings wish = new AlterSettings(
                TOPIC,
                List.of(new Alteration("retention.ms", SET, "5"), new Alteration("segment.ms", SET, "-5")),
                false);

        assertThat(given.error(wish)).isEqualTo(INVALID_CONFIG);
        assertThat(given.image().settings(TOPIC)).isEmpty();
    }

    @Test
    void aNameOccursOnce() {
        AlterSettings wish = new AlterSettings(
                TOPIC,
                List.of(new Alteration("retention.ms", SET, "5"), new Alteration("retention.ms", SET, "6")),
                false);

        assertThat(given.error(wish)).isEqualTo(INVALID_REQUEST);
    }

    @ParameterizedTest
    @CsvSource({
        "TOPIC, t, retention.ms,, INVALID_REQUEST",
        "TOPIC, t, retention.ms, -5, INVALID_CONFIG",
        "TOPIC, t, nonsense, 1, INVALID_CONFIG",
        "TOPIC, t, '', 1, INVALID_CONFIG",
        "TOPIC, missing, retention.ms, 5, UNKNOWN_TOPIC_OR_PARTITION",
        "TOPIC,, retention.ms, 5, INVALID_REQUEST",
        "BROKER, 1, log.segment.bytes, 3, INVALID_REQUEST",
        "BROKER, 1, nonsense, 3, INVALID_REQUEST",
        "BROKER, 1, num.partitions, 3, INVALID_REQUEST",
        "BROKER,, num.partitions, 3, INVALID_REQUEST",
        "BROKER, 2, log.segment.bytes, 2000000, INVALID_REQUEST",
        "BROKER, 01, log.segment.bytes, 2000000, INVALID_REQUEST",
        "BROKER, x, log.segment.bytes, 2000000, INVALID_REQUEST",
        "BROKER,, log.retention.ms, 0, INVALID_REQUEST",
        "BROKER,, sasl.enabled.mechanisms, PLAIN, INVALID_REQUEST",
        "BROKER, 1, ssl.key.password, secret, INVALID_REQUEST",
        "GROUP, g, consumer.session.timeout.ms, 5, INVALID_CONFIG",
        "GROUP, g, nonsense, 5, INVALID_CONFIG",
        "GROUP, g, streams.assignor.name, none, INVALID_CONFIG",
        "GROUP,, consumer.session.timeout.ms, 50000, INVALID_REQUEST",
        "CLIENT_METRICS, m, interval.ms, 1, INVALID_REQUEST",
        "CLIENT_METRICS, m, nonsense, 1, INVALID_REQUEST",
        "CLIENT_METRICS,, interval.ms, 1000, INVALID_REQUEST",
    })
    void whatCannotBeSetIsRefused(
            Resource.Type type, @Nullable String resource, String name, @Nullable String value, ErrorCode error) {
        assertThat(given.error(alter(resource(type, resource), name, SET, value)))
                .isEqualTo(error);
    }

    @ParameterizedTest
    @CsvSource({
        "BROKER, 1, log.segment.bytes, 2000000",
        "BROKER,, log.segment.bytes, 2000000",
        "BROKER, 1, num.io.threads, 4",
        "GROUP, g, consumer.session.timeout.ms, 50000",
        "CLIENT_METRICS, m, metrics, 'a.b,c'",
        "TOPIC, t, barnabas.durability, after-write",
        "TOPIC, t, cleanup.policy, ''",
    })
    void whatCanBeSetIsStored(Resource.Type type, @Nullable String resource, String name, String value) {
        Resource changed = resource(type, resource);

        given.grant(alter(changed, name, SET, value));

        assertThat(given.image().settings(changed)).containsOnly(Map.entry(name, value));
        assertThat(given.image().resourcesWithSettings(type)).containsExactly(changed);
    }

    @Test
    void brokersHaveWhatIsSetForThemOverWhatIsSetForAll() {
        given.grant(alter(Resource.ALL_BROKERS, "log.segment.bytes", SET, "3000000"));
        given.grant(alter(BROKER, "log.segment.bytes", SET, "2000000"));

        assertThat(given.image().brokerSettings(BrokerSettings.defaults(), 1).get(BrokerSettings.LOG_SEGMENT_BYTES))
                .isEqualTo(2_000_000);
        assertThat(given.image().brokerSettings(BrokerSettings.defaults(), 2).get(BrokerSettings.LOG_SEGMENT_BYTES))
                .isEqualTo(3_000_000);
    }

    @Test
    void settingsMustFitThoseThatStay() {
        given.grant(alter(TOPIC, "max.compaction.lag.ms", SET, "5"));

        assertThat(given.error(alter(TOPIC, "min.compaction.lag.ms", SET, "10")))
                .isEqualTo(INVALID_CONFIG);
    }

    @Test
    void replacingTakesAwayWhatIsNotGiven() {
        given.grant(alter(TOPIC, "retention.ms", SET, "5"));

        given.grant(new ReplaceSettings(TOPIC, Map.of("segment.ms", "7"), false));

        assertThat(given.image().settings(TOPIC)).containsOnly(Map.entry("segment.ms", "7"));
        assertThat(given.change(new ReplaceSettings(TOPIC, Map.of("flush.ms", "1"), false))
                        .toString())
                .contains("{flush.ms=1, segment.ms=null}");
        assertThat(given.changesNothing(new ReplaceSettings(TOPIC, Map.of("segment.ms", "7"), false)))
                .isTrue();
        assertThat(given.changesNothing(new ReplaceSettings(TOPIC, Map.of(), true)))
                .isTrue();
    }

    @Test
    void replacingChecksLikeAltering() {
        assertThat(given.error(new ReplaceSettings(TOPIC, Collections.singletonMap("segment.ms", null), false)))
                .isEqualTo(INVALID_REQUEST);
        assertThat(given.error(new ReplaceSettings(TOPIC, Map.of("nonsense", "1"), false)))
                .isEqualTo(INVALID_CONFIG);
        assertThat(given.error(new ReplaceSettings(Resource.topic("missing"), Map.of(), false)))
                .isEqualTo(UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(given.error(new ReplaceSettings(BROKER, Map.of("num.partitions", "7"), false)))
                .isEqualTo(INVALID_REQUEST);
    }

    @Test
    void operationsHaveTheNumbersOfTheProtocol() {
        assertThat(Operation.forCode((byte) 0)).contains(SET);
        assertThat(Operation.forCode((byte) 1)).contains(DELETE);
        assertThat(Operation.forCode((byte) 2)).contains(APPEND);
        assertThat(Operation.forCode((byte) 3)).contains(SUBTRACT);
        assertThat(Operation.forCode((byte) 4)).isEmpty();
        assertThat(Operation.forCode((byte) -1)).isEmpty();
    }
}
