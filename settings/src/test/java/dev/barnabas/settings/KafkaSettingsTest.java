package dev.barnabas.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the declarations against the facts of Apache Kafka 4.4.0. */
final class KafkaSettingsTest {

    private static final Map<String, Declarations> DECLARED = Map.of(
            "broker", BrokerSettings.ALL,
            "topic", TopicSettings.ALL,
            "group", GroupSettings.ALL,
            "client-metrics", ClientMetricsSettings.ALL);

    record Fact(String scope, String name, String type, String defaultText, String importance, String update) {}

    static List<Fact> facts() throws IOException {
        try (InputStream file =
                Objects.requireNonNull(KafkaSettingsTest.class.getResourceAsStream("/kafka-4.4.0-settings.tsv"))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t", -1))
                    .map(cells -> new Fact(cells[0], cells[1], cells[2], cells[3], cells[4], cells[5]))
                    .toList();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("facts")
    void everySettingOfKafkaIsDeclaredAsKafkaHasItOrSaysWhyNot(Fact fact) {
        Setting<?> setting = Objects.requireNonNull(DECLARED.get(fact.scope))
                .find(fact.name)
                .orElseThrow(() -> new AssertionError("not declared: " + fact));

        assertThat(setting.type().label().toUpperCase(Locale.ROOT)).as("type").isEqualTo(fact.type);
        assertThat(setting.importance().name()).as("importance").isEqualTo(fact.importance);
        if (setting.difference().isEmpty()) {
            if (fact.scope.equals("broker")) {
                assertThat(setting.update().label()).as("update").isEqualTo(fact.update);
            }
            if (!fact.defaultText.equals("(a class)")) {
                assertThat(defaultText(setting)).as("default").isEqualTo(fact.defaultText);
            }
        }
    }

    @Test
    void theOnlySettingsBesideKafkasAreOurOwn() throws IOException {
        TreeSet<String> declared = new TreeSet<>();
        DECLARED.forEach((scope, all) -> all.all().forEach(setting -> declared.add(scope + " " + setting.name())));
        facts().forEach(fact -> declared.remove(fact.scope + " " + fact.name));

        assertThat(declared).allMatch(name -> name.contains(" barnabas."));
    }

    @Test
    void everyDifferenceIsReal() throws IOException {
        for (Fact fact : facts()) {
            Setting<?> setting = Objects.requireNonNull(DECLARED.get(fact.scope))
                    .find(fact.name)
                    .orElseThrow();
            if (setting.difference().isPresent()) {
                boolean sameUpdate =
                        !fact.scope.equals("broker") || setting.update().label().equals(fact.update);
                assertThat(defaultText(setting).equals(fact.defaultText) && sameUpdate)
                        .as(fact.name)
                        .isFalse();
            }
        }
    }

    @Test
    void everyDefaultIsAllowed() {
        for (Declarations declarations : DECLARED.values()) {
            for (Setting<?> setting : declarations.all()) {
                String text = defaultText(setting);
                if (!text.equals("null")) {
                    assertThat(setting.check(text)).as(setting.name()).isInstanceOf(Checked.Valid.class);
                }
            }
        }
    }

    @Test
    void everySettingInEffectHasASentence() {
        for (Declarations declarations : DECLARED.values()) {
            for (Setting<?> setting : declarations.all()) {
                assertThat(setting.documentation())
                        .as(setting.name())
                        .isNotEmpty()
                        .endsWith(".");
            }
        }
    }

    private static <T> String defaultText(Setting<T> setting) {
        return setting.defaultValue()
                .map(value -> setting.type().rendering().apply(value))
                .orElse("null");
    }
}
