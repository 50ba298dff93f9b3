package dev.barnabas.settings;

/** What a setting is a property of. */
public enum Scope {
    BROKER("broker"),
    TOPIC("topic"),
    GROUP("group"),
    CLIENT_METRICS("client metrics subscription");

    private final String label;

    Scope(String label) {
        this.label = label;
    }

    /** How people call it. */
    public String label() {
        return label;
    }
}
