package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.log.Healed;
import dev.barnabas.log.LogAnswer;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.replication.Partition;
import dev.barnabas.replication.PartitionId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets damaged records of one loop's partitions from other replicas that are in sync: one segment after the other, and
 * where nobody can give them, again after a while, since whoever has them may come back. Owned by the loop.
 *
 * <p>A leader heals like a follower, while it leads: its in-sync followers answer fetches, too. To give up the
 * leadership would interrupt all clients for the sake of those that read just there, and would be of no use where the
 * next leader has something damaged as well. Until it is healed, who reads there is told KAFKA_STORAGE_ERROR, and tries
 * again.
 */
final class ReplicaHealing {

    private static final Logger log = LoggerFactory.getLogger(ReplicaHealing.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);
    /** Not because of one broker that is just being restarted. */
    private static final int FAILURES_UNTIL_AN_OPERATOR_IS_TOLD = 3;

    private final Node node;
    private final Loop loop;
    private final BrokerConnections connections;
    private final Map<PartitionId, Patient> patients = new LinkedHashMap<>();
    private boolean busy;
    private boolean stopped;

    /** A partition with damaged records. */
    private static final class Patient {
        final Partition partition;
        final TreeSet<Long> offsets = new TreeSet<>();
        final Deque<Integer> untried = new ArrayDeque<>();
        Duration pause = FIRST_PAUSE;
        int failures;
        boolean rests;
        String why = "no other replica is in sync";
        /** The offset that is being healed, or was tried last. */
        long at = -1;

        Patient(Partition partition) {
            this.partition = partition;
        }
    }

    /** @param connections that are used for this only */
    ReplicaHealing(Node node, Loop loop, BrokerConnections connections) {
        this.node = node;
        this.loop = loop;
        this.connections = connections;
    }

    /**
     * The records from an offset on are damaged.
     *
     * @return whether there are other replicas that may have them
     */
    boolean heal(Partition partition, long offset) {
        loop.requireCurrent();
        if (stopped) {
            return false;
        }
        Patient known = patients.get(partition.id());
        if (known == null || known.partition != partition) {
            known = new Patient(partition);
            patients.put(partition.id(), known);
        }
        known.offsets.add(offset);
        // Whoever has found it is in the middle of something.
        loop.execute(this::next);
        return !isAlone(partition.id());
    }

    /** Something else is agreed on about a partition: somebody may have its records now. */
    void changed(PartitionId id) {
        Patient known = patients.get(id);
        if (known != null && known.rests) {
            known.rests = false;
            loop.execute(this::next);
        }
    }

    /** The partition is closed, deleted, or has failed. */
    void end(Partition partition) {
        Patient known = patients.get(partition.id());
        if (known != null && known.partition == partition) {
            patients.remove(partition.id());
        }
    }

    void stop() {
        stopped = true;
        patients.clear();
        connections.close();
    }

    private boolean isAlone(PartitionId id) {
        return agreed(id).filter(known -> known.replicas().size() > 1).isEmpty();
    }

    private Optional<dev.barnabas.metadata.Partition> agreed(PartitionId id) {
        return node.image().topic(id.topicId()).flatMap(topic -> topic.partition(id.index()));
    }

    private void next() {
        if (busy || stopped) {
            return;
        }
        for (Patient each : List.copyOf(patients.values())) {
            if (!each.rests) {
                begin(each);
                return;
            }
        }
    }

    private void begin(Patient patient) {
        Long next = patient.offsets.higher(patient.at);
        patient.at = next == null ? patient.offsets.getFirst() : next;
        patient.untried.clear();
        patient.untried.addAll(inSyncElsewhere(patient.partition.id()));
        busy = true;
        tryNext(patient);
    }

    /** The leader, who has what counts, before others. */
    private List<Integer> inSyncElsewhere(PartitionId id) {
        List<Integer> found = new ArrayList<>();
        agreed(id).ifPresent(known -> {
            if (known.hasLeader()) {
                found.add(known.leader());
            }
            known.inSyncReplicas().stream()
                    .filter(broker -> !found.contains(broker))
                    .forEach(found::add);
        });
        found.removeIf(broker -> broker == node.id());
        return found;
    }

    private void tryNext(Patient patient) {
        Integer broker = patient.untried.poll();
        if (stopped || patients.get(patient.partition.id()) != patient) {
            busy = false;
            next();
        } else if (broker == null) {
            busy = false;
            rest(patient);
            next();
        } else {
            ask(patient, broker);
        }
    }

    private void ask(Patient patient, int broker) {
        PartitionId id = patient.partition.id();
        OtherReplica replica = new OtherReplica(id, broker, connections);
        patient.partition.log().heal(patient.at, replica, new LogAnswer<>() {
            @Override
            public void done(Healed healed) {
                connections.drop(broker);
                log.info(
                        "Damaged records were replaced by those of another replica topic={} partition={} from={} to={}"
                                + " batches={} bytes={} broker={}",
                        id.topic(),
                        id.index(),
                        healed.baseOffset(),
                        healed.endOffset(),
                        healed.batches(),
                        healed.bytes(),
                        broker);
                healed(patient, healed);
            }

            @Override
            public void refused(LogRefusal refusal) {
                connections.drop(broker);
                patient.why = "broker " + broker + ": " + refusal.message();
                if (refusal.error() == ErrorCode.OFFSET_OUT_OF_RANGE) {
                    // It was cut off, or deleted, meanwhile.
                    forget(patient, patient.at, patient.at + 1);
                } else {
                    loop.execute(() -> tryNext(patient));
                }
            }
        });
    }

    private void healed(Patient patient, Healed healed) {
        patient.failures = 0;
        patient.pause = FIRST_PAUSE;
        // Or it was before what is now the start of the log.
        forget(patient, Math.min(patient.at, healed.baseOffset()), healed.endOffset());
    }

    private void forget(Patient patient, long fromOffset, long toOffset) {
        patient.offsets.subSet(fromOffset, toOffset).clear();
        if (patient.offsets.isEmpty()) {
            end(patient.partition);
        }
        busy = false;
        loop.execute(this::next);
    }

    private void rest(Patient patient) {
        if (patient.offsets.higher(patient.at) != null) {
            // Other damage of it may be easier to heal.
            return;
        }
        patient.rests = true;
        patient.at = -1;
        PartitionId id = patient.partition.id();
        if (isAlone(id)) {
            // Until it has other replicas: whoever has found the damage has said so.
            return;
        }
        if (++patient.failures == FAILURES_UNTIL_AN_OPERATOR_IS_TOLD) {
            log.error(
                    "No other replica can replace damaged records; it is tried again now and then, see docs/disks.md"
                            + " topic={} partition={} offset={} why={}",
                    id.topic(),
                    id.index(),
                    patient.offsets.getFirst(),
                    patient.why);
        } else {
            log.info("Damaged records are not replaced yet partition={} why={}", id, patient.why);
        }
        loop.schedule(patient.pause, () -> {
            patient.rests = false;
            next();
        });
        Duration longer = patient.pause.multipliedBy(2);
        patient.pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    }
}
