package dev.barnabas.simulation.history;

import dev.barnabas.simulation.history.Finding.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Is a group's committed offset always one that was committed, and not overwritten before it was asked for? What is
 * committed may well be lower than what was committed before, if the group wants it so.
 */
final class CommitChecks {
    private final Map<Register, List<Event.Committed>> commits = new LinkedHashMap<>();
    private final History history;

    CommitChecks(History history) {
        this.history = history;
    }

    private record Register(String group, Partition partition) {}

    List<Finding> findings() {
        history.events(Event.Committed.class)
                .forEach(commit -> commits.computeIfAbsent(
                                new Register(commit.group(), commit.partition()), absent -> new ArrayList<>())
                        .add(commit));
        List<Finding> findings = new ArrayList<>();
        history.events(Event.CommittedRead.class)
                .filter(read -> !isPossible(read))
                .forEach(read -> findings.add(new Finding(
                        Kind.COMMITTED_OFFSET_REGRESS,
                        read + " after "
                                + last(commits.getOrDefault(
                                        new Register(read.group(), read.partition()), List.of())))));
        return findings;
    }

    private boolean isPossible(Event.CommittedRead read) {
        List<Event.Committed> all = commits.getOrDefault(new Register(read.group(), read.partition()), List.of());
        if (read.offset() < 0) {
            return all.stream().noneMatch(commit -> commit.answeredAt() < read.at());
        }
        return all.stream()
                .filter(commit -> commit.offset() == read.offset() && commit.at() <= read.answeredAt())
                .anyMatch(commit -> all.stream().noneMatch(later -> overwrites(later, commit, read)));
    }

    /** Whether the later commit certainly came after the earlier one and before the read. */
    private static boolean overwrites(Event.Committed later, Event.Committed earlier, Event.CommittedRead read) {
        return later.at() > earlier.answeredAt() && later.answeredAt() < read.at();
    }

    private static String last(List<Event.Committed> all) {
        return all.subList(Math.max(0, all.size() - 5), all.size()).toString();
    }
}
