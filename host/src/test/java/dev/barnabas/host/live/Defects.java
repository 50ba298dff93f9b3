package dev.barnabas.host.live;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Collects defects, for a test to look at. */
final class Defects implements DefectHandler {
    final List<Throwable> seen = new CopyOnWriteArrayList<>();

    @Override
    public void defect(String where, Throwable cause) {
        seen.add(cause);
    }

    void assertNone() {
        if (!seen.isEmpty()) {
            throw new AssertionError("a task has thrown", seen.getFirst());
        }
    }
}
