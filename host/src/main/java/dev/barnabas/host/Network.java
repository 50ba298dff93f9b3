package dev.barnabas.host;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Connections that carry frames: a 4-byte big-endian length, then that many bytes. */
public interface Network {

    /**
     * Accepts connections. Each is given to one of the host's loops, on which the acceptor is called.
     *
     * @param maxFrameBytes a longer frame closes its connection as {@link CloseReason.Violation}
     * @throws IOException when the address cannot be bound
     */
    Listener listen(Endpoint address, int maxFrameBytes, Acceptor acceptor) throws IOException;

    /** Opens a connection; {@code then} is called on the loop, which also owns the connection. */
    void connect(Endpoint address, Duration timeout, int maxFrameBytes, Loop loop, Connecting then);

    /** Decides what becomes of a new connection; runs on the connection's loop. */
    interface Acceptor {

        /** Who handles the connection, or null to close it at once (a limit was reached). */
        @Nullable
        ConnectionHandler accept(Connection connection);
    }

    /** What comes of {@link #connect}. */
    interface Connecting {

        ConnectionHandler connected(Connection connection);

        /** @param fault a {@link java.net.ConnectException} only if the machine says that nobody listens there */
        void failed(IOException fault);
    }

    /** An open server socket. */
    interface Listener {

        /** With the port that was really bound. */
        Endpoint address();

        /** Accepts no more as soon as it returns; open connections stay. */
        void close();
    }
}
