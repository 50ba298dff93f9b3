package dev.barnabas.settings;

/** What comes of reading the text of a value. */
public sealed interface Checked<T> {

    record Valid<T>(T value) implements Checked<T> {}

    /** @param message what is wrong and what would be right, without the setting's name */
    record Invalid<T>(String message) implements Checked<T> {}
}
