package dev.barnabas.simulation.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.simulation.history.Finding.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Every check accepts a good history and catches a bad one. */
final class ChecksTest {
    private static final Partition P = new Partition("t", 0);
    private static final Partition Q = new Partition("t", 1);

    private final History history = new History();
    private long now;

    @Test
    void aHistoryInWhichAllPromisesAreKeptIsAccepted() {
        acknowledged(P, "a", 1, 0);
        acknowledged(P, "a", 2, 1);
        acknowledged(Q, "a", 3, 0);
        acknowledged(P, "b", 1, 2);
        polled("early", P, 0, "a1", "a2");
        polled("early", P, 2, "b1");
        readToEnd(P, "a1", "a2", "b1");
        readToEnd(Q, "a3");
        committed("g", 2);
        committedRead("g", 2);

        assertThat(Checks.all(history)).isEmpty();
    }

    @Test
    void anEmptyHistoryIsAccepted() {
        assertThat(Checks.all(history)).isEmpty();
    }

    @Nested
    final class Records {
        @Test
        void anAcknowledgedRecordThatIsNotThereInTheEndIsLost() {
            acknowledged(P, "a", 1, 0);
            acknowledged(P, "a", 2, 1);
            readToEnd(P, "a1");

            assertThat(kinds()).containsExactly(Kind.LOST_WRITE);
        }

        @Test
        void anAcknowledgedRecordInTheMiddleThatIsNotThereInTheEndIsLost() {
            acknowledged(P, "a", 1, -1);
            acknowledged(P, "a", 2, -1);
            readToEnd(P, "a2");

            assertThat(kinds()).containsExactly(Kind.LOST_WRITE);
        }

        @Test
        void aRecordThatAnEarlierReaderSawIsStillLostWhenTheLastOneDoesNot() {
            acknowledged(P, "a", 1, 0);
            polled("early", P, 0, "a1");
            readToEnd(P);

            assertThat(kinds()).contains(Kind.LOST_WRITE);
        }

        @Test
        void aRecordOfUnknownOutcomeMayBeThereOrNot() {
            sent(P, "a", 1);
            sent(P, "a", 2);
            acknowledged(P, "a", 3, 1);
            readToEnd(P, "a2", "a3");

            assertThat(kinds()).isEmpty();
        }

        @Test
        void whatRetentionRemovedIsNotLost() {
            acknowledged(P, "a", 1, 0);
            acknowledged(P, "a", 2, 1);
            polled("last", P, 1, "a2");
            history.add(new Event.ReadToEnd(++now, "last", P, 1, 2));

            assertThat(kinds()).isEmpty();
        }

        @Test
        void aPartitionThatNobodyReadProvesNothing() {
            acknowledged(P, "a", 1, 0);
            polled("early", P, 0, "a1");

            assertThat(kinds()).containsExactly(Kind.NOT_READ);
        }

        @Test
        void aRecordThatIsStoredTwiceIsADuplicate() {
            acknowledged(P, "a", 1, 0);
            readToEnd(P, "a1", "a1");

            assertThat(kinds()).containsExactly(Kind.DUPLICATE);
        }

        @Test
        void aRecordThatIsStoredElsewhereThanItWasAcknowledgedIsADuplicate() {
            sent(P, "b", 1);
            acknowledged(P, "a", 1, 0);
            readToEnd(P, "b1", "a1");

            assertThat(kinds()).contains(Kind.DUPLICATE);
        }

        @Test
        void recordsOfAProducerThatAreStoredInAnotherOrderAreReordered() {
            acknowledged(P, "a", 2, 0);
            acknowledged(P, "a", 1, 1);
            readToEnd(P, "a2", "a1");

            assertThat(kinds()).containsExactly(Kind.REORDERED);
        }

        @Test
        void recordsOfDifferentProducersOrPartitionsHaveNoOrder() {
            acknowledged(P, "b", 9, 0);
            acknowledged(P, "a", 1, 1);
            acknowledged(Q, "b", 3, 0);
            readToEnd(P, "b9", "a1");
            readToEnd(Q, "b3");

            assertThat(kinds()).isEmpty();
        }

        @Test
        void anOffsetAtWhichTwoReadersSeeDifferentRecordsIsInconsistent() {
            sent(P, "a", 1);
            sent(P, "b", 1);
            polled("early", P, 0, "a1");
            readToEnd(P, "b1");

            assertThat(kinds()).containsExactly(Kind.INCONSISTENT_OFFSET);
        }

        @Test
        void anOffsetThatWasAcknowledgedForAnotherRecordIsInconsistent() {
            sent(P, "b", 1);
            acknowledged(P, "a", 1, 0);
            readToEnd(P, "b1", "a1");

            assertThat(kinds()).contains(Kind.INCONSISTENT_OFFSET);
        }

        @Test
        void aTornRecordIsCorrupt() {
            sent(P, "a", 1);
            polled("early", P, 0, "?");

            assertThat(kinds()).containsExactly(Kind.CORRUPT);
        }

        @Test
        void aRecordThatNobodySentToThatPartitionIsCorrupt() {
            sent(Q, "a", 1);
            polled("early", P, 0, "a1");
            polled("early", Q, 0, "b7");

            assertThat(kinds()).containsExactly(Kind.CORRUPT, Kind.CORRUPT);
        }

        @Test
        void aRefusedRecordIsNotStored() {
            sent(P, "a", 1);
            history.add(new Event.Refused(++now, P, new Message("a", 1)));
            readToEnd(P, "a1");

            assertThat(kinds()).containsExactly(Kind.REFUSED_BUT_STORED);
        }
    }

    @Nested
    final class Readers {
        @Test
        void aPollThatGoesBackIsNotMonotonic() {
            sent(P, "a", 1);
            sent(P, "a", 2);
            polled("r", P, 0, "a1", "a2");
            polled("r", P, 1, "a2");

            assertThat(kinds()).containsExactly(Kind.NON_MONOTONIC_POLL);
        }

        @Test
        void aPollThatGoesBackWithinItselfIsNotMonotonic() {
            sent(P, "a", 1);
            sent(P, "a", 2);
            history.add(new Event.Polled(
                    ++now, "r", P, List.of(new Entry(1, new Message("a", 2)), new Entry(0, new Message("a", 1)))));

            assertThat(kinds()).containsExactly(Kind.NON_MONOTONIC_POLL);
        }

        @Test
        void aReaderThatIsPositionedMayGoAnywhere() {
            sent(P, "a", 1);
            sent(P, "a", 2);
            polled("r", P, 0, "a1", "a2");
            history.add(new Event.Positioned(++now, "r", P, 1));
            polled("r", P, 1, "a2");
            history.add(new Event.Positioned(++now, "r", P, -1));
            polled("r", P, 0, "a1");

            assertThat(kinds()).isEmpty();
        }

        @Test
        void aReaderThatGetsPastARecordSkipsIt() {
            sent(P, "a", 1);
            acknowledged(P, "a", 2, 1);
            sent(P, "a", 3);
            readToEnd(P, "a1", "a2", "a3");
            polled("r", P, 0, "a1");
            polled("r", P, 2, "a3");

            assertThat(kinds()).containsExactly(Kind.POLL_SKIP);
        }

        @Test
        void aReaderThatDoesNotBeginWhereItIsPositionedSkipsWhatIsThere() {
            sent(P, "a", 1);
            sent(P, "a", 2);
            readToEnd(P, "a1", "a2");
            history.add(new Event.Positioned(++now, "r", P, 0));
            polled("r", P, 1, "a2");

            assertThat(kinds()).containsExactly(Kind.POLL_SKIP);
        }

        @Test
        void anOffsetAtWhichThereIsNothingIsNotSkipped() {
            sent(P, "a", 1);
            sent(P, "a", 2);
            polled("r", P, 0, "a1");
            polled("r", P, 5, "a2");

            assertThat(kinds()).isEmpty();
        }

        @Test
        void theEndIsNotReachedBeforeEverythingWasRead() {
            acknowledged(P, "a", 1, 0);
            acknowledged(P, "a", 2, 1);
            polled("last", P, 0, "a1");
            history.add(new Event.ReadToEnd(++now, "last", P, 0, 2));

            assertThat(kinds()).containsExactly(Kind.LOST_WRITE, Kind.POLL_SKIP);
        }
    }

    @Nested
    final class Commits {
        @Test
        void anOldOffsetThatComesBackIsARegress() {
            committed("g", 5);
            committed("g", 8);
            committedRead("g", 5);

            assertThat(kinds()).containsExactly(Kind.COMMITTED_OFFSET_REGRESS);
        }

        @Test
        void aCommittedOffsetThatIsGoneIsARegress() {
            committed("g", 5);
            committedRead("g", -1);

            assertThat(kinds()).containsExactly(Kind.COMMITTED_OFFSET_REGRESS);
        }

        @Test
        void anOffsetThatNobodyCommittedIsARegress() {
            committed("g", 5);
            committed("other", 7);
            committedRead("g", 7);

            assertThat(kinds()).containsExactly(Kind.COMMITTED_OFFSET_REGRESS);
        }

        @Test
        void aGroupMayCommitALowerOffsetAndMayHaveNone() {
            committedRead("g", -1);
            committed("g", 8);
            committed("g", 5);
            committedRead("g", 5);

            assertThat(kinds()).isEmpty();
        }

        @Test
        void aCommitOfUnknownOutcomeMayShowOrNotAndAlsoLater() {
            committed("g", 5);
            history.add(new Event.Committed(++now, Long.MAX_VALUE, "g", P, 9));
            committedRead("g", 5);
            committedRead("g", 9);
            committed("g", 7);
            committedRead("g", 9);

            assertThat(kinds()).isEmpty();
        }

        @Test
        void commitsAndReadsAtTheSameTimeMayComeInAnyOrder() {
            history.add(new Event.Committed(10, 20, "g", P, 1));
            history.add(new Event.Committed(15, 25, "g", P, 2));
            history.add(new Event.CommittedRead(30, 31, "g", P, 1));
            history.add(new Event.Committed(40, 50, "g", P, 3));
            history.add(new Event.CommittedRead(45, 46, "g", P, 2));
            history.add(new Event.CommittedRead(45, 46, "g", P, 3));

            assertThat(kinds()).isEmpty();
        }
    }

    private List<Kind> kinds() {
        return Checks.all(history).stream().map(Finding::kind).toList();
    }

    private void sent(Partition partition, String producer, long number) {
        history.add(new Event.Sent(++now, partition, new Message(producer, number)));
    }

    private void acknowledged(Partition partition, String producer, long number, long offset) {
        sent(partition, producer, number);
        history.add(new Event.Acknowledged(++now, partition, new Message(producer, number), offset));
    }

    /** Messages as producer and number: {@code a1}; {@code ?} is a torn one. */
    private void polled(String reader, Partition partition, long from, String... messages) {
        List<Entry> entries = new ArrayList<>();
        for (String message : messages) {
            long offset = from + entries.size();
            entries.add(
                    message.equals("?")
                            ? new Entry(offset, (Message) null)
                            : new Entry(
                                    offset,
                                    new Message(message.substring(0, 1), Long.parseLong(message.substring(1)))));
        }
        history.add(new Event.Polled(++now, reader, partition, entries));
    }

    private void readToEnd(Partition partition, String... messages) {
        polled("last", partition, 0, messages);
        history.add(new Event.ReadToEnd(++now, "last", partition, 0, messages.length));
    }

    private void committed(String group, long offset) {
        history.add(new Event.Committed(++now, ++now, group, P, offset));
    }

    private void committedRead(String group, long offset) {
        history.add(new Event.CommittedRead(++now, ++now, group, P, offset));
    }
}
