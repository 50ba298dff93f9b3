package dev.barnabas.host;

/** Who gets what comes out of a connection; called on the connection's loop. */
public interface ConnectionHandler {

    /** A frame has come; it now belongs to the handler. */
    void received(Frame frame);

    /** Everything that was given to {@link Connection#send} has been taken by the transport. */
    default void drained() {}

    /** The connection is closed, once and for good. Nothing else follows. */
    void closed(CloseReason reason);
}
