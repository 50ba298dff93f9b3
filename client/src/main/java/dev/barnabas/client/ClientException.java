package dev.barnabas.client;

/** A {@link ClientError} for callers that prefer exceptions: the blocking facade and {@link Result#orThrow}. */
public final class ClientException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient ClientError error;

    public ClientException(ClientError error) {
        super(error.message());
        this.error = error;
    }

    public ClientError error() {
        return error;
    }
}
