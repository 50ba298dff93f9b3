package dev.barnabas.settings;

/** How likely somebody has to look at a setting. */
public enum Importance {
    HIGH,
    MEDIUM,
    LOW
}
