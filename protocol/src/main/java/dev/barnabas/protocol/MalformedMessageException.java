package dev.barnabas.protocol;

/**
 * The bytes are not what they claim to be: the peer broke the protocol. The message names the field. There is no stack
 * trace, since it would say nothing about the peer and a hostile one could make us pay for many of them.
 */
public final class MalformedMessageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public MalformedMessageException(String message) {
        super(message, null, false, false);
    }
}
