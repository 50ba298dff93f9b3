package dev.barnabas.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What has to hold whatever happens, as producers see it and as it is stored. */
final class ChurnChecks {
    private final Map<String, List<Given>> given = new HashMap<>();
    private final List<Ended> ended = new ArrayList<>();

    /** A producer id and epoch that a producer was given by InitProducerId. */
    private record Given(long producerId, short epoch) {

        /** Producer ids are given out in their order. */
        boolean isAfter(long otherId, short otherEpoch) {
            return producerId > otherId || (producerId == otherId && epoch > otherEpoch);
        }
    }

    /** What was known to have been given out when a request was sent. */
    record Sent(String id, int alreadyGiven) {}

    private record Ended(String id, long producerId, short epoch, boolean epochPerTransaction, boolean committed) {}

    Sent sent(String id) {
        return new Sent(id, givenOf(id).size());
    }

    void given(String id, long producerId, short epoch) {
        givenOf(id).add(new Given(producerId, epoch));
    }

    /** Whether it is an answer that was given before. */
    boolean wasGiven(String id, long producerId, short epoch) {
        return givenOf(id).contains(new Given(producerId, epoch));
    }

    /** A request was granted: when it was sent, nobody had been given a later epoch than that of its sender. */
    void accepted(Sent sent, long producerId, short epoch) {
        for (Given before : givenOf(sent.id()).subList(0, sent.alreadyGiven())) {
            assertThat(before.isAfter(producerId, epoch))
                    .as("producer %s in epoch %s is fenced by %s", producerId, epoch, before)
                    .isFalse();
        }
    }

    /** A producer was told that its transaction has ended. */
    void ended(String id, long producerId, short epoch, boolean epochPerTransaction, boolean committed) {
        ended.add(new Ended(id, producerId, epoch, epochPerTransaction, committed));
    }

    private List<Given> givenOf(String id) {
        return given.computeIfAbsent(id, _ -> new ArrayList<>());
    }

    /** All that was ever committed of one id, in order. */
    void stored(String id, List<Transaction> history) {
        for (int i = 1; i < history.size(); i++) {
            Transaction before = history.get(i - 1);
            Transaction after = history.get(i);
            String step = before + "\n-> " + after;
            boolean sameId = after.producerId() == before.producerId();
            assertThat(sameId ? after.producerEpoch() >= before.producerEpoch() : after.producerEpoch() == 0)
                    .as("epochs never go back\n%s", step)
                    .isTrue();
            assertThat(sameId || after.producerId() > before.producerId())
                    .as("producer ids never go back\n%s", step)
                    .isTrue();
            switch (before.status()) {
                case PREPARE_COMMIT -> assertThat(after.status()).as(step).isEqualTo(Status.COMPLETE_COMMIT);
                case PREPARE_ABORT -> assertThat(after.status()).as(step).isEqualTo(Status.COMPLETE_ABORT);
                case ONGOING -> {
                    assertThat(after.status())
                            .as(step)
                            .isIn(Status.ONGOING, Status.PREPARE_COMMIT, Status.PREPARE_ABORT);
                    assertThat(after.partitions()).as(step).containsAll(before.partitions());
                }
                case EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT ->
                    assertThat(after.status()).as(step).isIn(Status.EMPTY, Status.ONGOING, Status.PREPARE_ABORT);
            }
        }
        for (Ended end : ended) {
            if (end.id().equals(id)) {
                assertThat(history)
                        .as("what a producer was told: %s", end)
                        .anyMatch(stored ->
                                stored.status() == (end.committed() ? Status.PREPARE_COMMIT : Status.PREPARE_ABORT)
                                        && stored.producerId() == end.producerId()
                                        && stored.producerEpoch() == end.epoch() + (end.epochPerTransaction() ? 1 : 0));
            }
        }
    }

    /** Every marker that a partition has got says what was decided, and every partition of a transaction got one. */
    void markers(Map<String, List<Transaction>> histories, Map<TopicPartition, List<Marker>> written) {
        written.forEach((partition, markers) -> {
            for (Marker marker : markers) {
                assertThat(histories.values().stream().flatMap(List::stream))
                        .as("the decision that %s has been told: %s", partition, marker)
                        .anyMatch(stored -> stored.status().isEnding()
                                && stored.partitions().contains(partition)
                                && stored.marker(marker.coordinatorEpoch()).equals(marker));
            }
        });
        for (List<Transaction> history : histories.values()) {
            for (int i = 1; i < history.size(); i++) {
                Transaction before = history.get(i - 1);
                boolean complete = before.status().isEnding();
                for (TopicPartition partition : before.partitions()) {
                    assertThat(!complete
                                    || written.getOrDefault(partition, List.of()).stream()
                                            .anyMatch(marker -> before.marker(marker.coordinatorEpoch())
                                                    .equals(marker)))
                            .as("%s has been told of %s", partition, before)
                            .isTrue();
                }
            }
        }
    }

    int ended() {
        return ended.size();
    }
}
