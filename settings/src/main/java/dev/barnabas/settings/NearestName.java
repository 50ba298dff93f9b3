package dev.barnabas.settings;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that was meant by one that does not exist. */
final class NearestName {

    private NearestName() {}

    /** The candidate that takes the fewest edits, if that is few enough to be a slip. */
    static Optional<String> of(String unknown, Collection<String> candidates) {
        String written = normal(unknown);
        int allowed = Math.max(2, written.length() / 4);
        String nearest = null;
        int least = allowed + 1;
        for (String candidate : candidates) {
            int distance = edits(written, normal(candidate), least);
            if (distance < least) {
                least = distance;
                nearest = candidate;
            }
        }
        return Optional.ofNullable(nearest);
    }

    private static String normal(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', '.').replace('-', '.');
    }

    /**
     * Insertions, deletions, replacements and swaps of neighbours that turn one text into the other; {@code limit} if
     * there are at least that many.
     */
    private static int edits(String one, String other, int limit) {
        if (Math.abs(one.length() - other.length()) >= limit) {
            return limit;
        }
        int[] beforeLast = new int[other.length() + 1];
        int[] last = new int[other.length() + 1];
        int[] current = new int[other.length() + 1];
        for (int column = 0; column <= other.length(); column++) {
            last[column] = column;
        }
        for (int row = 1; row <= one.length(); row++) {
            current[0] = row;
            for (int column = 1; column <= other.length(); column++) {
                boolean same = one.charAt(row - 1) == other.charAt(column - 1);
                int edits =
                        Math.min(last[column - 1] + (same ? 0 : 1), Math.min(last[column], current[column - 1]) + 1);
                boolean swapped = row > 1
                        && column > 1
                        && one.charAt(row - 1) == other.charAt(column - 2)
                        && one.charAt(row - 2) == other.charAt(column - 1);
                current[column] = swapped ? Math.min(edits, beforeLast[column - 2] + 1) : edits;
            }
            int[] reused = beforeLast;
            beforeLast = last;
            last = current;
            current = reused;
        }
        return Math.min(last[other.length()], limit);
    }
}
