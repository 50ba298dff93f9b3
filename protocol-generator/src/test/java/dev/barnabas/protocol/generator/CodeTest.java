package dev.barnabas.protocol.generator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class CodeTest {
    @Test
    void documentationCannotEndItsCommentOrBecomeATag() {
        assertThat(Code.escape("a */ b <c> & @d \\u0041"))
                .isEqualTo("a *&#47; b &lt;c&gt; &amp; {@literal @}d &#92;u0041");
    }

    @Test
    void longDocumentationIsWrapped() {
        String comment = new Code().documentation(List.of("word ".repeat(60))).toString();

        assertThat(comment.lines()).hasSizeGreaterThan(4).allMatch(line -> line.length() <= 120);
    }

    @Test
    void aLongListHasALineForEachElement() {
        String parameter = "x".repeat(70);

        assertThat(new Code().list("f(", List.of("a", "b"), ");")).hasToString("f(a, b);\n");
        assertThat(new Code().list("f(", List.of(parameter, parameter), ");"))
                .hasToString("f(\n        " + parameter + ",\n        " + parameter + ");\n");
    }
}
