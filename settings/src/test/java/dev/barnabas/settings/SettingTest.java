package dev.barnabas.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingTest {

    @ParameterizedTest
    @ValueSource(strings = {"5", " 5 ", "+5", "05"})
    void spacesSignsAndZerosDoNotCountInNumbers(String text) {
        assertThat(TopicSettings.RETENTION_MS.check(text)).isEqualTo(new Checked.Valid<>(5L));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "5L", "1e3", "0x10", "1_000", "five", "-", "+", "\u0665", "99999999999999999999"})
    void otherTextsAreNotNumbers(String text) {
        assertThat(TopicSettings.RETENTION_MS.check(text)).isInstanceOf(Checked.Invalid.class);
    }

    @ParameterizedTest
    @CsvSource({"true, true", "TRUE, true", "' False ', false"})
    void booleansAreReadInAnyCase(String text, boolean value) {
        assertThat(TopicSettings.PREALLOCATE.check(text)).isEqualTo(new Checked.Valid<>(value));
    }

    @Test
    void listsAreTrimmedAndHaveNoEmptyParts() {
        assertThat(TopicSettings.CLEANUP_POLICY.check(" compact , delete "))
                .isEqualTo(new Checked.Valid<>(List.of("compact", "delete")));
        assertThat(TopicSettings.CLEANUP_POLICY.check("")).isEqualTo(new Checked.Valid<>(List.of()));
        assertThat(TopicSettings.CLEANUP_POLICY.check("compact,")).isInstanceOf(Checked.Invalid.class);
        assertThat(TopicSettings.CLEANUP_POLICY.check("compact,none")).isInstanceOf(Checked.Invalid.class);
    }

    @ParameterizedTest
    @CsvSource({"-1, true", "0, false", "1, true", "9, true", "10, false"})
    void rangesCanHaveAnException(String text, boolean allowed) {
        assertThat(TopicSettings.COMPRESSION_GZIP_LEVEL.check(text) instanceof Checked.Valid<Integer>)
                .isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({"0, true", "1, true", ".5, true", "1.0001, false", "-0.1, false", "NaN, false", "Infinity, false"})
    void ratiosAreBetweenZeroAndOne(String text, boolean allowed) {
        assertThat(TopicSettings.MIN_CLEANABLE_DIRTY_RATIO.check(text) instanceof Checked.Valid<Double>)
                .isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({"*, true", "'0:1,1:2', true", "'', true", "0, false", "a:b, false", "'*,0:1', false"})
    void throttledReplicasAreAllOrPairs(String text, boolean allowed) {
        assertThat(
                        TopicSettings.LEADER_REPLICATION_THROTTLED_REPLICAS.check(text)
                                instanceof Checked.Valid<List<String>>)
                .isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "latest, true",
        "by_duration:PT1H, true",
        "by_duration:-PT1H, false",
        "by_duration:1h, false",
        "none, false"
    })
    void offsetResetsAreNamesOrDurations(String text, boolean allowed) {
        assertThat(GroupSettings.SHARE_AUTO_OFFSET_RESET.check(text) instanceof Checked.Valid<String>)
                .isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({"client_id=a.*, true", "client_name=a, false", "client_id=[, false", "client_id, false"})
    void clientSelectorsAreKnownNamesWithRegularExpressions(String text, boolean allowed) {
        assertThat(ClientMetricsSettings.MATCH.check(text) instanceof Checked.Valid<List<String>>)
                .isEqualTo(allowed);
    }

    @Test
    void aWrongValueIsAnsweredWithWhatIsAllowed() {
        assertThat(BrokerSettings.LOG_SEGMENT_BYTES.check("12k"))
                .isEqualTo(new Checked.Invalid<>("'12k' is not a whole number from -2147483648 to 2147483647;"
                        + " allowed: at least 1048576 (bytes)"));
        assertThat(BrokerSettings.LOG_SEGMENT_BYTES.check("12"))
                .isEqualTo(new Checked.Invalid<>("'12' is not allowed; allowed: at least 1048576 (bytes)"));
        assertThat(TopicSettings.COMPRESSION_TYPE.check("none"))
                .isEqualTo(new Checked.Invalid<>(
                        "'none' is not allowed; allowed: uncompressed, zstd, lz4, snappy, gzip, producer"));
        assertThat(TopicSettings.REMOTE_STORAGE_ENABLE.check("true"))
                .isEqualTo(new Checked.Invalid<>(
                        "'true' is not allowed; allowed: only false: tiered storage is not in this version"));
    }
}
