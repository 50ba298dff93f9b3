package dev.barnabas.host.live;

import java.nio.file.Path;

/** Paths as {@link dev.barnabas.host.Disk} writes them. */
final class Paths {
    private Paths() {}

    /** Refuses what would lead out of the directory: paths are made by this program, so that is a defect. */
    static String checked(String path) {
        if (path.isEmpty() || path.startsWith("/") || path.endsWith("/") || path.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("not a relative path: \"" + path + '"');
        }
        for (String part : path.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                throw new IllegalArgumentException("not a plain path: \"" + path + '"');
            }
        }
        return path;
    }

    /** The folder a path is in; {@code ""} for the directory itself. */
    static String folder(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    static Path parent(Path path) {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("no parent: " + path);
        }
        return parent;
    }

    static String name(Path path) {
        Path name = path.getFileName();
        if (name == null) {
            throw new IllegalArgumentException("no name: " + path);
        }
        return name.toString();
    }
}
