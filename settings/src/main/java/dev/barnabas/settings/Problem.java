package dev.barnabas.settings;

/**
 * Something wrong with the settings that were given.
 *
 * @param where the file and line, or {@code --set}; empty if it is not one place
 * @param name the setting
 * @param message what is wrong and what would be right
 */
public record Problem(String where, String name, String message) {

    @Override
    public String toString() {
        return (where.isEmpty() ? "" : where + ": ") + name + ": " + message;
    }
}
