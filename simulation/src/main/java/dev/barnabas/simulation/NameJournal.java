package dev.barnabas.simulation;

import dev.barnabas.simulation.Node.Folder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The changes of names on a drive that are not on stable storage yet, in the order in which they were made. Any subset
 * of them may survive a loss of power, as long as no change survives without those it builds upon: earlier changes of
 * the same name, the creation of its folder, and for the removal of a folder everything that emptied it.
 */
final class NameJournal {
    private final List<Change> pending = new ArrayList<>();

    /** A change that has been made to {@link Folder#names} and is still to be made to {@link Folder#stable}. */
    sealed interface Change {

        /** A new file or folder. */
        record Link(Folder folder, String name, Node node) implements Change {}

        record Unlink(Folder folder, String name, Node node) implements Change {}

        record Move(Folder from, String oldName, Folder to, String newName, Node node) implements Change {}
    }

    void add(Change change) {
        pending.add(change);
    }

    boolean isEmpty() {
        return pending.isEmpty();
    }

    void clear() {
        pending.clear();
    }

    /** The changes that a sync of these files has to make stable: their creation. */
    Set<Change> creationsOf(Set<FileNode> files) {
        return closure(change -> change instanceof Change.Link link && files.contains(link.node));
    }

    /** The changes that a sync of this folder has to make stable. */
    Set<Change> changesIn(Folder folder) {
        return closure(change -> folders(change).contains(folder));
    }

    void commit(Set<Change> changes) {
        for (Change change : pending) {
            if (changes.contains(change)) {
                apply(change);
            }
        }
        pending.removeIf(changes::contains);
    }

    /** Lets every pending change survive by chance, and forgets the others. Returns how many survived. */
    int losePower(Dice dice) {
        double survival = dice.chance(0.3) ? 0 : dice.chance(0.3) ? 1 : dice.nextDouble();
        Set<Change> lost = identities();
        int survived = 0;
        for (int i = 0; i < pending.size(); i++) {
            Change change = pending.get(i);
            boolean possible = true;
            for (int j = 0; j < i && possible; j++) {
                possible = !lost.contains(pending.get(j)) || !buildsUpon(change, pending.get(j));
            }
            if (possible && dice.chance(survival)) {
                apply(change);
                survived++;
            } else {
                lost.add(change);
            }
        }
        pending.clear();
        return survived;
    }

    private Set<Change> closure(Predicate<Change> wanted) {
        Set<Change> closed = identities();
        for (int i = pending.size() - 1; i >= 0; i--) {
            Change change = pending.get(i);
            if (wanted.test(change)) {
                closed.add(change);
                continue;
            }
            for (int j = i + 1; j < pending.size(); j++) {
                if (closed.contains(pending.get(j)) && buildsUpon(pending.get(j), change)) {
                    closed.add(change);
                    break;
                }
            }
        }
        return closed;
    }

    private static void apply(Change change) {
        switch (change) {
            case Change.Link link -> link.folder.stable.put(link.name, link.node);
            case Change.Unlink unlink -> unlink.folder.stable.remove(unlink.name, unlink.node);
            case Change.Move move -> {
                move.from.stable.remove(move.oldName, move.node);
                move.to.stable.put(move.newName, move.node);
            }
        }
    }

    private static boolean buildsUpon(Change later, Change earlier) {
        for (Name name : names(earlier)) {
            if (names(later).contains(name)) {
                return true;
            }
        }
        if (earlier instanceof Change.Link link && link.node instanceof Folder made) {
            return folders(later).contains(made);
        }
        return later instanceof Change.Unlink unlink
                && unlink.node instanceof Folder emptied
                && folders(earlier).contains(emptied);
    }

    private static List<Name> names(Change change) {
        return switch (change) {
            case Change.Link link -> List.of(new Name(link.folder, link.name));
            case Change.Unlink unlink -> List.of(new Name(unlink.folder, unlink.name));
            case Change.Move move -> List.of(new Name(move.from, move.oldName), new Name(move.to, move.newName));
        };
    }

    private static List<Folder> folders(Change change) {
        return switch (change) {
            case Change.Link link -> List.of(link.folder);
            case Change.Unlink unlink -> List.of(unlink.folder);
            case Change.Move move -> List.of(move.from, move.to);
        };
    }

    /** By identity: a name that is moved to and fro makes equal changes that are not the same. */
    private static Set<Change> identities() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    private record Name(Folder folder, String name) {}
}
