package dev.barnabas.protocol.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class VersionsTest {
    @Test
    void understandsTheFourNotations() {
        assertThat(Versions.parse("3")).isEqualTo(new Versions(3, 3));
        assertThat(Versions.parse("3+")).isEqualTo(new Versions(3, Integer.MAX_VALUE));
        assertThat(Versions.parse("3-7")).isEqualTo(new Versions(3, 7));
        assertThat(Versions.parse("none")).isEqualTo(Versions.NONE);
        assertThatThrownBy(() -> Versions.parse("many")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void twoRangesWithNothingInCommonIntersectInNone() {
        assertThat(new Versions(0, 3).intersect(new Versions(2, 9))).isEqualTo(new Versions(2, 3));
        assertThat(new Versions(0, 3).intersect(new Versions(5, 9))).isEqualTo(Versions.NONE);
        assertThat(new Versions(0, 3).intersect(Versions.NONE)).isEqualTo(Versions.NONE);
    }

    @Test
    void theSpanOfTwoRangesIncludesWhatIsBetween() {
        assertThat(new Versions(0, 1).span(new Versions(4, 5))).isEqualTo(new Versions(0, 5));
        assertThat(Versions.NONE.span(new Versions(4, 5))).isEqualTo(new Versions(4, 5));
        assertThat(new Versions(4, 5).span(Versions.NONE)).isEqualTo(new Versions(4, 5));
    }

    @Test
    void noneIsPartOfEveryRange() {
        assertThat(new Versions(1, 2).containsAll(Versions.NONE)).isTrue();
        assertThat(Versions.NONE.containsAll(new Versions(1, 2))).isFalse();
    }
}
