package dev.barnabas.protocol.generator;

/** Java source in the making: lines with their indentation, and documentation comments. */
final class Code {
    private static final String INDENT = "    ";
    private static final int LINE_LENGTH = 118;

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
        depth--;
        line(line);
        depth++;
        return this;
    }

    /** Lines made elsewhere, indented to this place. */
    Code lines(Code other) {
        other.text.toString().lines().forEach(this::line);
        return this;
    }

    /** A documentation comment; each paragraph is plain text, wrapped here. An empty comment is left out. */
    Code documentation(Iterable<String> paragraphs) {
        boolean started = false;
        for (String paragraph : paragraphs) {
            if (!started) {
                line("/**");
                started = true;
            }
            wrap(paragraph);
        }
        return started ? line(" */") : this;
    }

    private void wrap(String paragraph) {
        StringBuilder line = new StringBuilder(" *");
        for (String word : paragraph.split(" ")) {
            if (line.length() > 2 && line.length() + word.length() + 1 > LINE_LENGTH - INDENT.length() * depth) {
                line(line.toString());
                line = new StringBuilder(" *    ");
            }
            line.append(' ').append(word);
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
                .replace("@", "{@literal @}")
                .replace("*/", "*&#47;")
                .replace("\\", "&#92;");
    }

    boolean mentions(String word) {
        return java.util.regex.Pattern.compile("\\b" + java.util.regex.Pattern.quote(word) + "\\b")
                .matcher(text)
                .find();
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
