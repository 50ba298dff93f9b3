package dev.barnabas.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.barnabas.settings.Described.Synonym;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SettingsTest {

    private static final String DAY = "86400000";

    @Test
    void whatIsNotGivenHasItsDefault() {
        Settings settings = BrokerSettings.defaults();

        assertThat(settings.get(BrokerSettings.LOG_SEGMENT_BYTES)).isEqualTo(1_073_741_824);
        assertThat(settings.get(BrokerSettings.NODE_ID)).isEqualTo(1);
        assertThat(settings.get(BrokerSettings.LOG_RETENTION_MS)).isEqualTo(604_800_000L);
        assertThat(settings.get(BrokerSettings.LOG_FLUSH_INTERVAL_MS)).isEqualTo(Long.MAX_VALUE);
        assertThat(settings.find(BrokerSettings.BROKER_RACK)).isEmpty();
        assertThatIllegalStateException().isThrownBy(() -> settings.get(BrokerSettings.BROKER_RACK));
    }

    @Test
    void aDynamicValueOfOneBrokerCountsOverThatOfAllAndOverTheFile() {
        Settings fromFile = BrokerSettings.of(Map.of("log.segment.bytes", "2000000"));
        Settings forAll = fromFile.with(Source.DYNAMIC_DEFAULT_BROKER, Map.of("log.segment.bytes", "3000000"));
        Settings forOne = forAll.with(Source.DYNAMIC_BROKER, Map.of("log.segment.bytes", "4000000"));

        assertThat(forOne.get(BrokerSettings.LOG_SEGMENT_BYTES)).isEqualTo(4_000_000);
        assertThat(forOne.with(Source.DYNAMIC_BROKER, Map.of()).get(BrokerSettings.LOG_SEGMENT_BYTES))
                .isEqualTo(3_000_000);
        assertThat(forOne.describe("log.segment.bytes").orElseThrow().synonyms())
                .containsExactly(
                        new Synonym("log.segment.bytes", "4000000", Source.DYNAMIC_BROKER),
                        new Synonym("log.segment.bytes", "3000000", Source.DYNAMIC_DEFAULT_BROKER),
                        new Synonym("log.segment.bytes", "2000000", Source.STATIC_BROKER),
                        new Synonym("log.segment.bytes", "1073741824", Source.DEFAULT));
    }

    @Test
    void aTopicTakesWhatItDoesNotSetFromTheBrokerInItsOwnUnit() {
        Settings broker = BrokerSettings.of(Map.of("log.retention.hours", "24", "log.segment.bytes", "2000000"));

        Settings topic = TopicSettings.of(Map.of("segment.bytes", "3000000"), broker);

        assertThat(topic.get(TopicSettings.RETENTION_MS)).isEqualTo(86_400_000L);
        assertThat(topic.get(TopicSettings.SEGMENT_BYTES)).isEqualTo(3_000_000);
        Described retention = topic.describe("retention.ms").orElseThrow();
        assertThat(retention.value()).isEqualTo(DAY);
        assertThat(retention.source()).isEqualTo(Source.STATIC_BROKER);
        assertThat(retention.synonyms())
                .containsExactly(
                        new Synonym("log.retention.hours", "24", Source.STATIC_BROKER),
                        new Synonym("log.retention.hours", "168", Source.DEFAULT));
        assertThat(topic.describe("segment.bytes").orElseThrow().source()).isEqualTo(Source.DYNAMIC_TOPIC);
    }

    @Test
    void millisecondsCountOverMinutesOverHours() {
        Map<String, String> all =
                Map.of("log.retention.hours", "1", "log.retention.minutes", "2", "log.retention.ms", "3");

        assertThat(BrokerSettings.of(all).get(BrokerSettings.LOG_RETENTION_MS)).isEqualTo(3);
        assertThat(BrokerSettings.of(Map.of("log.retention.hours", "1", "log.retention.minutes", "2"))
                        .get(BrokerSettings.LOG_RETENTION_MS))
                .isEqualTo(120_000);
        assertThat(BrokerSettings.of(Map.of("log.retention.hours", "-1")).get(BrokerSettings.LOG_RETENTION_MS))
                .isEqualTo(-1);
    }

    @Test
    void aDynamicValueInMillisecondsCountsOverAStaticOneInHours() {
        Settings broker = BrokerSettings.of(Map.of("log.roll.hours", "1"))
                .with(Source.DYNAMIC_DEFAULT_BROKER, Map.of("log.roll.ms", "5"));

        assertThat(TopicSettings.of(Map.of(), broker).get(TopicSettings.SEGMENT_MS))
                .isEqualTo(5);
    }

    @Test
    void whatANewerVersionHasStoredIsPassedOver() {
        Settings topic = TopicSettings.of(
                Map.of("a.setting.to.come", "1", "segment.bytes", "a form to come"), BrokerSettings.defaults());

        assertThat(topic.get(TopicSettings.SEGMENT_BYTES)).isEqualTo(1_073_741_824);
    }

    @Test
    void aBrokerShowsWhatIsInEffectAndWhatItWasGiven() {
        Settings settings = BrokerSettings.of(Map.of("num.io.threads", "4"));

        List<String> shown = settings.describe().stream().map(Described::name).toList();

        assertThat(shown).contains("log.segment.bytes", "num.io.threads").doesNotContain("num.network.threads");
        assertThat(settings.describe("num.network.threads")).isPresent();
        assertThat(settings.describe("no.such.setting")).isEmpty();
    }

    @Test
    void whatWasSetForAllBrokersCanBeShownAlone() {
        Settings settings = BrokerSettings.of(Map.of("num.partitions", "4"))
                .with(Source.DYNAMIC_DEFAULT_BROKER, Map.of("log.segment.bytes", "2000000"));

        assertThat(settings.describe(Source.DYNAMIC_DEFAULT_BROKER))
                .extracting(Described::name)
                .containsExactly("log.segment.bytes");
    }

    @Test
    void aTopicShowsAllItsSettings() {
        assertThat(TopicSettings.of(Map.of(), BrokerSettings.defaults()).describe())
                .hasSize(38)
                .noneMatch(Described::readOnly);
    }

    @Test
    void aSecretIsNeverShown() {
        Described described = BrokerSettings.of(Map.of("ssl.key.password", "hush"))
                .describe("ssl.key.password")
                .orElseThrow();

        assertThat(described.value()).isNull();
        assertThat(described.synonyms()).containsExactly(new Synonym("ssl.key.password", null, Source.STATIC_BROKER));
        assertThat(described.toString()).doesNotContain("hush");
    }

    @Test
    void compactionLagsMustBeInOrder() {
        Settings wrong = TopicSettings.of(
                Map.of("min.compaction.lag.ms", "10", "max.compaction.lag.ms", "5"), BrokerSettings.defaults());
        Settings right = TopicSettings.of(
                Map.of("min.compaction.lag.ms", "5", "max.compaction.lag.ms", "5"), BrokerSettings.defaults());

        assertThat(TopicSettings.conflicts(wrong))
                .extracting(Problem::toString)
                .containsExactly("min.compaction.lag.ms: must not be larger than max.compaction.lag.ms: 10 > 5");
        assertThat(TopicSettings.conflicts(right)).isEmpty();
    }

    @Test
    void aGroupStaysWithinTheBoundsOfTheBroker() {
        Settings broker = BrokerSettings.defaults();

        assertThat(GroupSettings.conflicts(GroupSettings.of(Map.of(), broker))).isEmpty();
        assertThat(GroupSettings.conflicts(GroupSettings.of(Map.of("consumer.session.timeout.ms", "1"), broker)))
                .extracting(Problem::toString)
                .containsExactly(
                        "consumer.session.timeout.ms: 1 is not allowed; allowed by the broker: 45000 to 60000",
                        "consumer.heartbeat.interval.ms: must be shorter than consumer.session.timeout.ms");
        assertThat(GroupSettings.conflicts(GroupSettings.of(Map.of("streams.num.standby.replicas", "3"), broker)))
                .hasSize(1);
        assertThat(GroupSettings.conflicts(GroupSettings.of(Map.of("streams.assignor.name", "none"), broker)))
                .extracting(Problem::toString)
                .containsExactly("streams.assignor.name: 'none' is not allowed; allowed by the broker: sticky");
    }

    @Test
    void theAssignorOfAStreamsGroupIsTheFirstOfTheBroker() {
        assertThat(GroupSettings.of(Map.of(), BrokerSettings.defaults()).get(GroupSettings.STREAMS_ASSIGNOR_NAME))
                .isEqualTo("sticky");
    }
}
