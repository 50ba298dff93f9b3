package dev.barnabas.settings;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * The content of a file in the syntax of {@link Properties#load(java.io.Reader)}, which is that of Kafka's
 * {@code server.properties}, but with line numbers: those of the line on which an assignment starts.
 */
record PropertiesText(List<Assignment> assignments, List<Problem> problems) {

    static PropertiesText parse(String fileName, String text) {
        List<Assignment> assignments = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        StringBuilder logical = new StringBuilder();
        int lineNumber = 0;
        int start = 0;
        for (String line : text.split("\r\n|\r|\n", -1)) {
            lineNumber++;
            if (logical.isEmpty()) {
                start = lineNumber;
            }
            boolean comment = logical.isEmpty()
                    && (line.stripLeading().startsWith("#")
                            || line.stripLeading().startsWith("!"));
            logical.append(line).append('\n');
            if (!comment && endsInOddBackslashes(line)) {
                continue;
            }
            parseLogicalLine(fileName + ":" + start, logical.toString(), assignments, problems);
            logical.setLength(0);
        }
        parseLogicalLine(fileName + ":" + start, logical.toString(), assignments, problems);
        return new PropertiesText(List.copyOf(assignments), List.copyOf(problems));
    }

    private static void parseLogicalLine(
            String where, String line, List<Assignment> assignments, List<Problem> problems) {
        Properties parsed = new Properties();
        try {
            parsed.load(new StringReader(line));
        } catch (IllegalArgumentException malformedEscape) {
            problems.add(new Problem(where, line.strip(), "malformed \\u escape; write a backslash as \\\\"));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        for (String name : parsed.stringPropertyNames()) {
            assignments.add(new Assignment(where, name, parsed.getProperty(name)));
        }
    }

    private static boolean endsInOddBackslashes(String line) {
        int end = line.length();
        while (end > 0 && line.charAt(end - 1) == '\\') {
            end--;
        }
        return (line.length() - end) % 2 == 1;
    }
}
