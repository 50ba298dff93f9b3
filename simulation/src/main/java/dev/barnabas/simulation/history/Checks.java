package dev.barnabas.simulation.history;

import java.util.ArrayList;
import java.util.List;

/** All checks there are. */
public final class Checks {
    private Checks() {}

    /** What is wrong in a history; empty if nothing is. The same broken promise may show in several ways. */
    public static List<Finding> all(History history) {
        Sightings sightings = new Sightings(history);
        List<Finding> findings = new ArrayList<>();
        findings.addAll(new RecordChecks(history, sightings).findings());
        findings.addAll(new ReaderChecks(history, sightings).findings());
        findings.addAll(new CommitChecks(history).findings());
        return findings;
    }
}
