package dev.barnabas.settings;

import java.util.List;

/** What comes of reading the settings a node is started with. */
public sealed interface Reading {

    /** @param warnings one line for each setting that does nothing here, and for each that was given twice */
    record Accepted(Settings settings, List<String> warnings) implements Reading {}

    /** @param problems all of them, in the order in which they stand in the file and on the command line */
    record Refused(List<Problem> problems) implements Reading {}
}
