package dev.barnabas.conformance.cluster;

import dev.barnabas.simulation.history.Entry;
import dev.barnabas.simulation.history.Event;
import dev.barnabas.simulation.history.History;
import dev.barnabas.simulation.history.Partition;
import java.util.ArrayList;
import java.util.List;

/** What the clients of a workload did and saw. Used by many threads. */
final class Recording {

    private final History history = new History();
    private final List<Throwable> failures = new ArrayList<>();
    private final List<Partition> partitions = new ArrayList<>();
    private final Gaps gaps;
    private final long[] acknowledged;
    private final long[] acknowledgedEnds;
    private final long[] readEnds;
    private final long[] committed;

    Recording(String topic, int partitions) {
        for (int number = 0; number < partitions; number++) {
            this.partitions.add(new Partition(topic, number));
        }
        gaps = new Gaps(partitions);
        acknowledged = new long[partitions];
        acknowledgedEnds = new long[partitions];
        readEnds = new long[partitions];
        committed = new long[partitions];
    }

    List<Partition> partitions() {
        return partitions;
    }

    Partition partition(int number) {
        return partitions.get(number);
    }

    synchronized void add(Event event) {
        history.add(event);
        switch (event) {
            case Event.Acknowledged done -> {
                int partition = done.partition().number();
                acknowledged[partition]++;
                acknowledgedEnds[partition] = Math.max(acknowledgedEnds[partition], done.offset() + 1);
                gaps.acknowledged(partition);
            }
            case Event.Polled polled -> {
                int partition = polled.partition().number();
                for (Entry entry : polled.entries()) {
                    readEnds[partition] = Math.max(readEnds[partition], entry.offset() + 1);
                }
            }
            case Event.Sent ignored -> {}
            case Event.Refused ignored -> {}
            case Event.Positioned ignored -> {}
            case Event.ReadToEnd ignored -> {}
            case Event.Committed commit -> {
                if (commit.answeredAt() != Long.MAX_VALUE) {
                    committed[commit.partition().number()] = commit.offset();
                }
            }
            case Event.CommittedRead ignored -> {}
        }
    }

    /** Something reached the application that should not have. */
    synchronized void failed(Throwable failure) {
        failures.add(failure);
    }

    synchronized List<Throwable> failures() {
        return List.copyOf(failures);
    }

    /** How many records were acknowledged, by partition. */
    synchronized long[] acknowledged() {
        return acknowledged.clone();
    }

    /** One more than the last offset that was acknowledged, by partition. */
    synchronized long[] acknowledgedEnds() {
        return acknowledgedEnds.clone();
    }

    /** One more than the last offset that anybody read, by partition. */
    synchronized long[] readEnds() {
        return readEnds.clone();
    }

    /** The offset that the group has committed last, by partition. */
    synchronized long[] committed() {
        return committed.clone();
    }

    Gaps gaps() {
        return gaps;
    }

    History history() {
        return history;
    }
}
