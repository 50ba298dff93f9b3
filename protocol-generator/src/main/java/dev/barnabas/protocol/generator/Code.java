package dev.barnabas.protocol.generator;

import java.util.List;
import java.util.regex.Pattern;

/** Java source in the making: lines with their indentation, and documentation comments. */
final class Code {
    private static final String INDENT = "    ";
    private static final int LINE_LENGTH = 120;

    private final StringBuilder text = new StringBuilder();
    private int depth;

    Code line(String line) {
        if (!line.isEmpty()) {
            text.repeat(INDENT, depth).append(line);
        }
        text.append('\n');
        return this;
    }

    /** A line that opens a block: one that ends with a brace. */
    Code open(String line) {
        line(line);
        depth++;
        return this;
    }

    Code close() {
        return close("}");
    }

    /** Ends a block with {@code line}, such as a brace and a semicolon. */
    Code close(String line) {
        depth--;
        return line(line);
    }

    /** Ends a block and opens the next, as {@code else} does. */
    Code reopen(String line) {
        close(line);
        depth++;
        return this;
    }

    /** Lines made elsewhere, indented to this place. */
    Code lines(Code other) {
        other.text.toString().lines().forEach(this::line);
        return this;
    }

    /** The same lines, one level deeper. */
    Code indented() {
        Code deeper = new Code();
        deeper.depth = 1;
        return deeper.lines(this);
    }

    /** Statements for some versions only: in an {@code if}, bare, or not at all. */
    Code when(Condition condition, Code statements) {
        if (condition.isAlways()) {
            return lines(statements);
        }
        return condition.isNever()
                ? this
                : open("if (" + condition.text() + ") {").lines(statements).close();
    }

    /**
     * Arguments or parameters between {@code start} and {@code end}, each in a line of its own if one line is too
     * short.
     */
    Code list(String start, List<String> elements, String end) {
        String oneLine = start + String.join(", ", elements) + end;
        if (fits(oneLine)) {
            return line(oneLine);
        }
        line(start);
        for (int i = 0; i < elements.size(); i++) {
            line(INDENT + INDENT + elements.get(i) + (i + 1 < elements.size() ? "," : end));
        }
        return this;
    }

    /** A choice between two values; {@code start} ends with the condition. */
    Code choice(String start, String ifTrue, String ifFalse) {
        String first = ifTrue.contains(" ? ") ? "(" + ifTrue + ")" : ifTrue;
        String oneLine = start + " ? " + first + " : " + ifFalse + ";";
        if (fits(oneLine)) {
            return line(oneLine);
        }
        return line(start).line(INDENT + INDENT + "? " + first).line(INDENT + INDENT + ": " + ifFalse + ";");
    }

    private boolean fits(String line) {
        // The depth at which these lines will be indented further is not known here; most are in a method of a nested
        // record.
        return line.length() + INDENT.length() * (depth + 2) <= LINE_LENGTH;
    }

    /** A documentation comment; each paragraph is plain text, wrapped here. An empty comment is left out. */
    Code documentation(List<String> paragraphs) {
        if (paragraphs.isEmpty()) {
            return this;
        }
        line("/**");
        paragraphs.forEach(this::wrap);
        return line(" */");
    }

    private void wrap(String paragraph) {
        StringBuilder line = new StringBuilder(" *");
        for (String word : paragraph.split(" ")) {
            if (line.length() > 2 && line.length() + 1 + word.length() + INDENT.length() * depth > LINE_LENGTH) {
                line(line.toString());
                line = new StringBuilder(" *    ");
            }
            if (!word.isEmpty()) {
                line.append(' ').append(word);
            }
        }
        line(line.toString());
    }

    /** Plain text as it must be spelled within a documentation comment. */
    static String escape(String plain) {
        return plain.strip()
                .replaceAll("\\s+", " ")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("*/", "*&#47;")
                .replace("\\", "&#92;")
                .replace("@", "{@literal @}");
    }

    boolean mentions(String word) {
        return Pattern.compile("\\b" + Pattern.quote(word) + "\\b")
                .matcher(text)
                .find();
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
