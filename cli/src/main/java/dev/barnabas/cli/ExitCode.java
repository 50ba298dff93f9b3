package dev.barnabas.cli;

/** What a command's exit code says; documented in docs/cli.md. */
final class ExitCode {

    static final int OK = 0;

    /** At least a part of what was asked for was not done. */
    static final int FAILED = 1;

    /** The command line is wrong; nothing was done. */
    static final int USAGE = 2;

    /** No broker answers (EX_UNAVAILABLE of sysexits.h). */
    static final int UNREACHABLE = 69;

    private ExitCode() {}
}
