package dev.barnabas.broker;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/** What a request names more than once although it may not: it is refused, not guessed at. */
final class Repeated {

    private Repeated() {}

    /** Those that are in a collection at least twice, in the order in which that shows. */
    static <T> Set<T> in(Collection<T> all) {
        Set<T> seen = new HashSet<>();
        Set<T> repeated = new LinkedHashSet<>();
        for (T each : all) {
            if (!seen.add(each)) {
                repeated.add(each);
            }
        }
        return repeated;
    }
}
