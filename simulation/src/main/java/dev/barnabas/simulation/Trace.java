package dev.barnabas.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What happened in a run. Two runs with the same {@link #hash} took the same way. The timeline that is printed with a
 * failure has the last {@value #KEPT} notes, and of the time before them what was done to the world: every crash, cut
 * and restart. Owned by one {@link Simulation}.
 */
public final class Trace {
    private static final int KEPT = 300;
    private static final int MARKS_KEPT = 300;

    private final Deque<Note> notes = new ArrayDeque<>(KEPT);
    private final Deque<Note> marks = new ArrayDeque<>();
    private long hash;
    private long count;

    /** A number that follows from everything that was traced so far, and its order. */
    public long hash() {
        return hash;
    }

    /** One note per line: virtual time in milliseconds, who, what. */
    public String timeline() {
        StringBuilder text = new StringBuilder();
        long first = notes.isEmpty() ? 0 : notes.getFirst().number;
        marks.stream()
                .filter(mark -> mark.number < first)
                .forEach(mark -> text.append(mark).append('\n'));
        if (count > notes.size()) {
            text.append("  ... all notes from here on, ")
                    .append(count - notes.size())
                    .append(" more before\n");
        }
        notes.forEach(note -> text.append(note).append('\n'));
        return text.toString();
    }

    /** Something that is too frequent to be worth a line: it counts for the hash alone. */
    void step(long nanos, long what) {
        hash = Dice.mix(hash * 31 + nanos) + what;
    }

    /** Something that was done to the world. */
    void mark(long nanos, String who, String what) {
        if (marks.size() == MARKS_KEPT) {
            marks.removeFirst();
        }
        Note mark = new Note(count, nanos, who, what, null, 0, 0);
        marks.addLast(mark);
        add(mark);
    }

    void note(long nanos, String who, String what) {
        add(new Note(count, nanos, who, what, null, 0, 0));
    }

    void note(long nanos, String who, String what, String object, long position, long bytes) {
        add(new Note(count, nanos, who, what, object, position, bytes));
    }

    private void add(Note note) {
        if (notes.size() == KEPT) {
            notes.removeFirst();
        }
        notes.addLast(note);
        count++;
        step(note.nanos, note.who.hashCode() * 31L + note.what.hashCode());
        if (note.object != null) {
            step(note.position, note.object.hashCode() + note.bytes);
        }
    }

    /** Text is made when it is asked for: most notes are never read. */
    private record Note(
            long number,
            long nanos,
            String who,
            String what,
            @Nullable String object,
            long position,
            long bytes) {
        @Override
        public String toString() {
            String time = String.format(Locale.ROOT, "%14.6f  %-8s %s", nanos / 1e6, who, what);
            return object == null ? time : time + " " + object + " @" + position + ", " + bytes + " bytes";
        }
    }
}
