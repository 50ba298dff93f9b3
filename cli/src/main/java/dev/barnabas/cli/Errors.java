package dev.barnabas.cli;

import dev.barnabas.client.ClientError;
import dev.barnabas.protocol.ErrorCode;

/** Says in words what went wrong, and what to do about it where that is known. */
final class Errors {

    private Errors() {}

    static String describe(ClientError error) {
        return message(error) + advice(error);
    }

    /**
     * The output cannot be written. If nobody reads it any more, as when {@code head} has enough, that is no failure.
     *
     * @return the exit code
     */
    static int output(Streams streams, Exception fault) {
        String why = String.valueOf(fault.getMessage());
        if (why.contains("Broken pipe")) {
            return ExitCode.OK;
        }
        streams.err().println("barnabas: the output cannot be written: " + why);
        return ExitCode.FAILED;
    }

    static int exitCode(ClientError error) {
        return error instanceof ClientError.TimedOut ? ExitCode.UNREACHABLE : ExitCode.FAILED;
    }

    private static String message(ClientError error) {
        return error instanceof ClientError.Refused(ErrorCode code, String _)
                        && code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
                ? "there is no such topic or partition"
                : error.message();
    }

    private static String advice(ClientError error) {
        if (error instanceof ClientError.TimedOut) {
            return "\n  Is the broker running and is this its address? --timeout SECONDS waits longer.";
        }
        if (error instanceof ClientError.Unsupported) {
            return "\n  The broker does not have this operation.";
        }
        if (!(error instanceof ClientError.Refused(ErrorCode code, String _))) {
            return "";
        }
        // Of some two hundred codes these are the ones that a person can do something about from the command line.
        if (code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) {
            return "\n  ./barnabas topic list shows what there is; ./barnabas topic create NAME creates one.";
        }
        if (code == ErrorCode.TOPIC_ALREADY_EXISTS) {
            return "\n  --if-not-exists accepts that; ./barnabas topic alter changes it.";
        }
        if (code == ErrorCode.GROUP_ID_NOT_FOUND) {
            return "\n  ./barnabas group list shows what there is.";
        }
        if (code == ErrorCode.NON_EMPTY_GROUP || code == ErrorCode.UNKNOWN_MEMBER_ID) {
            return "\n  The group still has members: stop its consumers first.";
        }
        if (code == ErrorCode.INVALID_CONFIG) {
            return "\n"
                    + "  docs/settings.md lists the settings; ./barnabas config get topic NAME --all shows those of a"
                    + " topic.";
        }
        return "";
    }
}
