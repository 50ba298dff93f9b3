package dev.barnabas.settings;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** What the settings of a broker must satisfy together. */
final class BrokerRules {

    private BrokerRules() {}

    static List<Problem> problems(Settings settings) {
        List<Problem> problems = new ArrayList<>();
        Listeners.read(settings, problems);
        int brokerId = settings.get(BrokerSettings.BROKER_ID);
        if (brokerId < -1) {
            problems.add(problem(BrokerSettings.BROKER_ID, brokerId + " is not allowed; allowed: at least -1"));
        } else if (brokerId >= 0 && brokerId != settings.get(BrokerSettings.NODE_ID)) {
            problems.add(problem(
                    BrokerSettings.NODE_ID, "differs from broker.id, which is its old name: remove one of them"));
        }
        long retentionMs = settings.get(BrokerSettings.LOG_RETENTION_MS);
        if (retentionMs < -1 || retentionMs == 0) {
            problems.add(problem(
                    BrokerSettings.LOG_RETENTION_MS,
                    retentionMs + " is not allowed; allowed: at least 1, or -1 for ever"));
        }
        List<String> directories = settings.get(BrokerSettings.LOG_DIRS);
        if (new HashSet<>(directories).size() < directories.size()) {
            problems.add(problem(BrokerSettings.LOG_DIRS, "names a directory twice"));
        }
        requireOrder(
                settings,
                CoordinatorSettings.GROUP_MIN_SESSION_TIMEOUT_MS,
                CoordinatorSettings.GROUP_MAX_SESSION_TIMEOUT_MS,
                problems);
        requireOrder(
                settings,
                BrokerSettings.LOG_CLEANER_MIN_COMPACTION_LAG_MS,
                BrokerSettings.LOG_CLEANER_MAX_COMPACTION_LAG_MS,
                problems);
        requireOrder(
                settings,
                ReplicationSettings.REPLICA_FETCH_WAIT_MAX_MS,
                ReplicationSettings.REPLICA_SOCKET_TIMEOUT_MS,
                problems);
        requireOrder(
                settings,
                ReplicationSettings.REPLICA_FETCH_WAIT_MAX_MS,
                ReplicationSettings.REPLICA_LAG_TIME_MAX_MS,
                problems);
        ControllerQuorum.read(settings, problems);
        CoordinatorSettings.BOUNDED.forEach(bounded -> requireBounds(settings, bounded, problems));
        return problems;
    }

    /** What is not wrong but is probably not what was meant. */
    static List<String> warnings(Settings settings) {
        List<String> warnings = new ArrayList<>();
        List<String> names = settings.get(BrokerSettings.CONTROLLER_LISTENER_NAMES);
        if (!names.isEmpty() && ControllerQuorum.of(settings).isEmpty()) {
            warnings.add("controller.listener.names: the listeners " + String.join(", ", names)
                    + " are not opened, because this node is alone and its own controller");
        }
        return warnings;
    }

    private static void requireBounds(Settings settings, CoordinatorSettings.Bounded bounded, List<Problem> problems) {
        requireOrder(settings, bounded.least(), bounded.value(), problems);
        requireOrder(settings, bounded.value(), bounded.most(), problems);
    }

    private static void requireOrder(
            Settings settings,
            Setting<? extends Number> smaller,
            Setting<? extends Number> larger,
            List<Problem> problems) {
        Number small = settings.get(smaller);
        Number large = settings.get(larger);
        if (small.longValue() > large.longValue()) {
            Setting<?> given = settings.isSet(smaller) ? smaller : larger;
            problems.add(problem(
                    given,
                    smaller.name() + " (" + small + ") must not be larger than " + larger.name() + " (" + large + ")"));
        }
    }

    private static Problem problem(Setting<?> setting, String message) {
        return new Problem("", setting.name(), message);
    }
}
