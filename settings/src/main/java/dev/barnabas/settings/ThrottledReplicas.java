package dev.barnabas.settings;

import java.util.List;
import java.util.regex.Pattern;

/** The form of the lists of throttled replicas. */
final class ThrottledReplicas {

    private static final Pattern REPLICA = Pattern.compile("\\d+:\\d+");

    static final Rule<List<String>> RULE =
            new Rule<>("* for all, or partition:broker,partition:broker", ThrottledReplicas::allows);

    private ThrottledReplicas() {}

    private static boolean allows(List<String> replicas) {
        return replicas.equals(List.of("*"))
                || replicas.stream()
                        .allMatch(replica -> REPLICA.matcher(replica).matches());
    }
}
