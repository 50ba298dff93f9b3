package dev.barnabas.protocol.generator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ConditionTest {
    private static Condition isOneOf(String wanted) {
        return Condition.isOneOf(Versions.parse(wanted), Versions.parse("2-9"));
    }

    @Test
    void testsOnlyWhatTheRangeLeavesOpen() {
        assertThat(isOneOf("5+").text()).isEqualTo("version >= 5");
        assertThat(isOneOf("0-4").text()).isEqualTo("version <= 4");
        assertThat(isOneOf("5-6").text()).isEqualTo("version >= 5 && version <= 6");
        assertThat(isOneOf("5").text()).isEqualTo("version == 5");
    }

    @Test
    void isDecidedIfTheRangeLeavesNothingOpen() {
        assertThat(isOneOf("0+").isAlways()).isTrue();
        assertThat(isOneOf("2-9").isAlways()).isTrue();
        assertThat(isOneOf("10+").isNever()).isTrue();
        assertThat(isOneOf("none").isNever()).isTrue();
    }

    @Test
    void joinsAnotherCondition() {
        assertThat(isOneOf("5+").and("a")).isEqualTo("version >= 5 && a");
        assertThat(isOneOf("5+").and("a || b")).isEqualTo("version >= 5 && (a || b)");
        assertThat(isOneOf("0+").and("a || b")).isEqualTo("a || b");
        assertThat(isOneOf("5-6").notBut("a")).isEqualTo("(version < 5 || version > 6) && a");
        assertThat(isOneOf("none").notBut("a")).isEqualTo("a");
    }
}
