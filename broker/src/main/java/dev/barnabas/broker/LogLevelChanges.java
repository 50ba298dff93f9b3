package dev.barnabas.broker;

import dev.barnabas.metadata.AlterSettings.Operation;
import dev.barnabas.metadata.Refusal;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.IncrementalAlterConfigsRequest.AlterableConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Changes the levels of loggers as an IncrementalAlterConfigs request wants it: all of them, or none. */
final class LogLevelChanges {

    private final LogLevels levels;

    LogLevelChanges(LogLevels levels) {
        this.levels = levels;
    }

    /** Carries the changes out, unless they are only to be checked. Says why not if one of them is refused. */
    Optional<Refusal> apply(List<AlterableConfig> changes, boolean validateOnly) {
        Set<String> known = levels.levels().keySet();
        for (AlterableConfig change : changes) {
            Optional<Refusal> refusal = refusal(change, known);
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        if (!validateOnly) {
            changes.forEach(this::apply);
        }
        return Optional.empty();
    }

    private void apply(AlterableConfig change) {
        level(change).ifPresentOrElse(level -> levels.set(change.name(), level), () -> levels.unset(change.name()));
    }

    private static Optional<Refusal> refusal(AlterableConfig change, Set<String> known) {
        Operation operation = Operation.forCode(change.configOperation()).orElse(null);
        if (operation != Operation.SET && operation != Operation.DELETE) {
            return refuse(
                    ErrorCode.INVALID_REQUEST,
                    "The level of a logger can be set and deleted; operation " + change.configOperation()
                            + " is not allowed.");
        }
        if (!known.contains(change.name())) {
            return refuse(ErrorCode.INVALID_CONFIG, "Logger " + change.name() + " does not exist!");
        }
        if (operation == Operation.SET && level(change).isEmpty()) {
            return refuse(
                    ErrorCode.INVALID_CONFIG,
                    "Cannot set the log level of " + change.name() + " to " + change.value() + "; the levels are "
                            + Arrays.toString(LogLevels.Level.values()) + ".");
        }
        if (operation == Operation.DELETE && change.name().equals(LogLevels.ROOT)) {
            return refuse(ErrorCode.INVALID_REQUEST, "The level of the root logger cannot be deleted.");
        }
        return Optional.empty();
    }

    /** The level to be set; empty if there is none of that name, or the level is to be deleted. */
    private static Optional<LogLevels.Level> level(AlterableConfig change) {
        return change.configOperation() != Operation.SET.ordinal()
                ? Optional.empty()
                : Arrays.stream(LogLevels.Level.values())
                        .filter(level -> level.name().equals(change.value()))
                        .findFirst();
    }

    private static Optional<Refusal> refuse(ErrorCode error, String message) {
        return Optional.of(new Refusal(error, message));
    }
}
