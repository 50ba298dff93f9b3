package dev.barnabas.protocol.generator;

/**
 * A closed range of message versions. {@link #NONE} is the empty range; a range that a schema leaves open ({@code 3+})
 * ends at {@link Integer#MAX_VALUE}.
 */
public record Versions(int lowest, int highest) {
    public static final Versions NONE = new Versions(0, -1);

    /** Understands {@code none}, {@code 3}, {@code 3+} and {@code 3-7}. */
    public static Versions parse(String text) {
        String trimmed = text.trim();
        if (trimmed.equals("none")) {
            return NONE;
        }
        if (trimmed.endsWith("+")) {
            return new Versions(Integer.parseInt(trimmed.substring(0, trimmed.length() - 1)), Integer.MAX_VALUE);
        }
        int dash = trimmed.indexOf('-');
        if (dash < 0) {
            int only = Integer.parseInt(trimmed);
            return new Versions(only, only);
        }
        return new Versions(
                Integer.parseInt(trimmed.substring(0, dash)), Integer.parseInt(trimmed.substring(dash + 1)));
    }

    public boolean isEmpty() {
        return lowest > highest;
    }

    public boolean contains(int version) {
        return lowest <= version && version <= highest;
    }

    /** Whether every version of {@code other} is in this range. */
    public boolean containsAll(Versions other) {
        return other.isEmpty() || (lowest <= other.lowest && other.highest <= highest);
    }

    public Versions intersect(Versions other) {
        Versions both = new Versions(Math.max(lowest, other.lowest), Math.min(highest, other.highest));
        return both.isEmpty() ? NONE : both;
    }

    /** The smallest range that contains this and {@code other}. */
    Versions span(Versions other) {
        if (isEmpty()) {
            return other;
        }
        return other.isEmpty() ? this : new Versions(Math.min(lowest, other.lowest), Math.max(highest, other.highest));
    }
}
