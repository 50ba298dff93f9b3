package dev.barnabas.simulation;

import java.util.TreeMap;

/** What a name in a folder stands for. */
sealed interface Node permits FileNode, Node.Folder {

    /** A folder: its names as the running system sees them, and as they would be after a loss of power. */
    final class Folder implements Node {
        final TreeMap<String, Node> names = new TreeMap<>();
        final TreeMap<String, Node> stable = new TreeMap<>();
    }
}
