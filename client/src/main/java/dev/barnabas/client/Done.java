package dev.barnabas.client;

/** The value of an operation that has none. */
public enum Done {
    DONE
}
