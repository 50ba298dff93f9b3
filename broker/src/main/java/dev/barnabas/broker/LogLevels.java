package dev.barnabas.broker;

import java.util.Collections;
import java.util.NavigableMap;

/**
 * The levels of this process's loggers, which clients read and change as the settings of a BROKER_LOGGER (KIP-412). A
 * port: only whoever starts the node knows the logging library. May be called from any thread.
 */
public interface LogLevels {

    /** What the logger that all others stand on is called. */
    String ROOT = "root";

    /** From the quietest to the most talkative. */
    enum Level {
        FATAL,
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    /** The level in effect for every logger there is. */
    NavigableMap<String, Level> levels();

    void set(String logger, Level level);

    /** Takes the logger's own level away, so that it has that of the logger above it; not for {@link #ROOT}. */
    void unset(String logger);

    /** Of a process without loggers. */
    static LogLevels none() {
        return new LogLevels() {
            @Override
            public NavigableMap<String, Level> levels() {
                return Collections.emptyNavigableMap();
            }

            @Override
            public void set(String logger, Level level) {
                throw new IllegalArgumentException("there is no logger " + logger);
            }

            @Override
            public void unset(String logger) {
                throw new IllegalArgumentException("there is no logger " + logger);
            }
        };
    }
}
