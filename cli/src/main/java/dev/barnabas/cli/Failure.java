package dev.barnabas.cli;

/** Ends a command with a message for people, which says what to do, and an exit code. */
final class Failure extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int exitCode;

    private Failure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    static Failure failed(String message) {
        return new Failure(ExitCode.FAILED, message);
    }

    static Failure usage(String message) {
        return new Failure(ExitCode.USAGE, message);
    }

    static Failure unreachable(String message) {
        return new Failure(ExitCode.UNREACHABLE, message);
    }

    static Failure of(int exitCode, String message) {
        return new Failure(exitCode, message);
    }

    int exitCode() {
        return exitCode;
    }
}
