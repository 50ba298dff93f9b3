package dev.barnabas.replication;

import dev.barnabas.protocol.ErrorCode;
import java.util.List;
import java.util.function.Consumer;

/** How a leader asks the controller for another set of in-sync replicas (AlterPartition, KIP-497). */
public interface InSyncChanges {

    /** @param then called once, on the partition's loop, not inside the call */
    void ask(PartitionId partition, Proposal proposal, Consumer<Outcome> then);

    /**
     * Whether a node may be counted in, as far as is known here: registered in this epoch, not fenced, not shutting
     * down.
     */
    boolean eligible(int replica, long brokerEpoch);

    /**
     * What a leader wants to be agreed on.
     *
     * @param leaderEpoch the term of the leader that asks
     * @param partitionEpoch the version on which the wish rests: if another is agreed on by now, the answer is no
     * @param recovering whether the leader still has to recover from an unclean election (KIP-704)
     */
    record Proposal(int leaderEpoch, int partitionEpoch, List<Member> inSyncReplicas, boolean recovering) {
        public Proposal {
            inSyncReplicas = List.copyOf(inSyncReplicas);
        }
    }

    /** @param brokerEpoch in which it fetched last (KIP-903); -1 of the leader itself, and where it is not known */
    record Member(int replica, long brokerEpoch) {}

    /** What came of a proposal. */
    sealed interface Outcome {

        /** What is agreed on now, which need not be what was proposed. */
        record Agreed(int leaderEpoch, int partitionEpoch, List<Integer> inSyncReplicas, boolean recovering)
                implements Outcome {
            public Agreed {
                inSyncReplicas = List.copyOf(inSyncReplicas);
            }
        }

        /** The controller said no. */
        record Refused(ErrorCode error) implements Outcome {}

        /**
         * Nobody knows: no answer, or none that says it. The partition asks again at once, so this comes after whatever
         * pause is due.
         */
        record Unknown() implements Outcome {}
    }
}
