package dev.barnabas.protocol.generator;

/**
 * When a piece of generated code holds: a test of the variable {@code version}, which is known to lie in some range.
 *
 * @param text the condition in Java; {@code true} or {@code false} if the range alone decides it
 * @param negated its opposite in Java
 */
record Condition(String text, String negated) {
    private static final Condition ALWAYS = new Condition("true", "false");
    private static final Condition NEVER = new Condition("false", "true");

    /** That the version, one of {@code range}, is also one of {@code wanted}. */
    static Condition isOneOf(Versions wanted, Versions range) {
        Versions both = wanted.intersect(range);
        if (both.isEmpty()) {
            return NEVER;
        }
        boolean from = both.lowest() > range.lowest();
        boolean to = both.highest() < range.highest();
        if (from && to) {
            return both.lowest() == both.highest()
                    ? new Condition("version == " + both.lowest(), "version != " + both.lowest())
                    : new Condition(
                            "version >= " + both.lowest() + " && version <= " + both.highest(),
                            "(version < " + both.lowest() + " || version > " + both.highest() + ")");
        }
        if (from) {
            return new Condition("version >= " + both.lowest(), "version < " + both.lowest());
        }
        return to ? new Condition("version <= " + both.highest(), "version > " + both.highest()) : ALWAYS;
    }

    boolean isAlways() {
        return equals(ALWAYS);
    }

    boolean isNever() {
        return equals(NEVER);
    }

    /** This and another condition, for an {@code if}. */
    String and(String other) {
        return both(text, other);
    }

    /** The opposite of this, and another condition, for an {@code if}. */
    String notBut(String other) {
        return both(negated, other);
    }

    private static String both(String first, String second) {
        if (first.equals("true")) {
            return second;
        }
        return first + " && " + (second.contains("||") ? "(" + second + ")" : second);
    }
}
