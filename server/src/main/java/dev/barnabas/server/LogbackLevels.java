package dev.barnabas.server;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import dev.barnabas.broker.LogLevels;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The levels of Logback's loggers. It has no FATAL; nothing is logged at a level above ERROR, so that is its OFF. */
final class LogbackLevels implements LogLevels {

    private final LoggerContext loggers;

    LogbackLevels(LoggerContext loggers) {
        this.loggers = loggers;
    }

    @Override
    public NavigableMap<String, Level> levels() {
        NavigableMap<String, Level> levels = new TreeMap<>();
        for (Logger logger : loggers.getLoggerList()) {
            boolean root = logger.getName().equals(Logger.ROOT_LOGGER_NAME);
            levels.put(root ? ROOT : logger.getName(), ours(logger.getEffectiveLevel()));
        }
        return levels;
    }

    @Override
    public void set(String logger, Level level) {
        logger(logger)
                .setLevel(
                        switch (level) {
                            case FATAL -> ch.qos.logback.classic.Level.OFF;
                            case ERROR -> ch.qos.logback.classic.Level.ERROR;
                            case WARN -> ch.qos.logback.classic.Level.WARN;
                            case INFO -> ch.qos.logback.classic.Level.INFO;
                            case DEBUG -> ch.qos.logback.classic.Level.DEBUG;
                            case TRACE -> ch.qos.logback.classic.Level.TRACE;
                        });
    }

    @Override
    public void unset(String logger) {
        logger(logger).setLevel(null);
    }

    private Logger logger(String name) {
        return loggers.getLogger(name.equals(ROOT) ? Logger.ROOT_LOGGER_NAME : name);
    }

    private static Level ours(ch.qos.logback.classic.Level level) {
        return switch (level.levelInt) {
            case ch.qos.logback.classic.Level.OFF_INT -> Level.FATAL;
            case ch.qos.logback.classic.Level.ERROR_INT -> Level.ERROR;
            case ch.qos.logback.classic.Level.WARN_INT -> Level.WARN;
            case ch.qos.logback.classic.Level.INFO_INT -> Level.INFO;
            case ch.qos.logback.classic.Level.DEBUG_INT -> Level.DEBUG;
            default -> Level.TRACE;
        };
    }
}
