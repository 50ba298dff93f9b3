package dev.barnabas.host;

import java.util.List;

/** One open connection, owned by one loop; all calls are made there. */
public interface Connection {

    Loop loop();

    Endpoint local();

    Endpoint remote();

    /**
     * Sends one frame; its length prefix is added. Frames leave in the order of the calls, and what one turn of the
     * loop sends is flushed together. After the connection closed it does nothing.
     */
    void send(List<Part> frame);

    /** Bytes that were given to {@link #send} and have not been taken by the transport yet. */
    long unsentBytes();

    /**
     * Receives nothing more until {@link #resumeReading}; a frame that has already been received whole may still come.
     */
    void pauseReading();

    void resumeReading();

    /**
     * Closes it, dropping what is unsent. Nothing is received any more; {@link ConnectionHandler#closed} follows with
     * {@link CloseReason.Local}, but not inside this call.
     */
    void close();
}
