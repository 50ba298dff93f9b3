package dev.barnabas.settings;

/** What a number counts. */
public enum Unit {
    NONE(""),
    MILLISECONDS("milliseconds"),
    SECONDS("seconds"),
    MINUTES("minutes"),
    HOURS("hours"),
    BYTES("bytes"),
    BYTES_PER_SECOND("bytes per second"),
    PER_SECOND("per second");

    private final String label;

    Unit(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
