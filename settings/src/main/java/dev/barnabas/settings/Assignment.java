package dev.barnabas.settings;

/**
 * A name and a text for it, as somebody wrote them.
 *
 * @param where the file and line, or {@code --set}
 */
record Assignment(String where, String name, String text) {}
