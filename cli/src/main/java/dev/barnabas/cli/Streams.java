package dev.barnabas.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Where a command reads and writes.
 *
 * @param raw standard output for bytes, unbuffered; it reports a broken pipe, as {@code out} does not
 * @param inputIsTerminal whether a person types the input
 * @param errIsTerminal whether a person reads what is said about the work
 */
record Streams(
        InputStream in,
        OutputStream raw,
        PrintStream out,
        PrintStream err,
        boolean inputIsTerminal,
        boolean errIsTerminal) {

    /** Of this process. The launcher says in an environment variable which of 0, 1 and 2 are terminals. */
    static Streams ofProcess() {
        String terminals = terminals(System.getenv("BARNABAS_TERMINALS"));
        return new Streams(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                terminals.contains("0"),
                terminals.contains("2"));
    }

    /** For tests: nobody is at a terminal. */
    static Streams of(InputStream in, OutputStream out, OutputStream err) {
        return new Streams(
                in,
                out,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                false);
    }

    private static String terminals(@Nullable String value) {
        return value == null ? "" : value;
    }

    /** Says something about the work to a person, if one is there. */
    void remark(String text) {
        if (errIsTerminal) {
            err.println(text);
        }
    }
}
