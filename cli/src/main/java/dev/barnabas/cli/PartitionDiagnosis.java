package dev.barnabas.cli;

import static dev.barnabas.cli.TopicCommands.ordered;

import dev.barnabas.client.Replicas;
import dev.barnabas.client.Replicas.Reassignment;
import dev.barnabas.client.TopicPartition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Why a partition is as it is: sentences for people, in the order in which one would ask. Pure.
 *
 * @param sentences what is the matter
 * @param help what would help, and the commands for it
 */
record PartitionDiagnosis(
        TopicPartition id, Evidence evidence, PartitionHealth health, List<String> sentences, List<String> help) {

    /** What stands in the way of a replica. */
    enum Trouble {
        NONE,
        /** Its broker does not belong to the cluster. */
        NOT_REGISTERED,
        /** Its broker does not run, or cannot reach the controller. */
        FENCED,
        /** The directory in which it is has failed. */
        DIRECTORY_FAILED,
        /** The directory in which it is has no room for more records. */
        DIRECTORY_FULL,
        /** It runs and has not caught up. */
        BEHIND
    }

    /**
     * @param lastHeardMs when the controller's node heard of the broker last; -1 if that is not known
     * @param lag how many records it is behind; -1 if that is not known
     * @param directory that has failed or is full, if one is
     */
    record Broker(
            Trouble trouble,
            long lastHeardMs,
            long lag,
            @Nullable String directory) {}

    /**
     * All that is known.
     *
     * @param brokers by id; every replica is there
     * @param minInSync what {@code min.insync.replicas} says; 0 if that is not known
     * @param reassignment null if it is not being reassigned
     */
    record Evidence(
            Replicas.State state,
            Map<Integer, Broker> brokers,
            int minInSync,
            @Nullable Reassignment reassignment) {
        Evidence {
            brokers = new TreeMap<>(brokers);
        }
    }

    static PartitionDiagnosis of(TopicPartition id, Evidence evidence, Instant now) {
        return new Examination(id, evidence, now).diagnose();
    }

    /** While sentences are found. */
    private static final class Examination {
        private final TopicPartition id;
        private final Evidence evidence;
        private final Replicas.State state;
        private final Instant now;
        private final List<String> sentences = new ArrayList<>();
        private final Set<String> help = new LinkedHashSet<>();

        Examination(TopicPartition id, Evidence evidence, Instant now) {
            this.id = id;
            this.evidence = evidence;
            this.state = evidence.state;
            this.now = now;
        }

        PartitionDiagnosis diagnose() {
            PartitionHealth health = PartitionHealth.of(state, evidence.minInSync);
            switch (health) {
                case LEADERLESS -> leaderless();
                case BELOW_MINIMUM -> {
                    sentences.add("Broker " + state.leader() + " leads, but only " + Partitions.named(state.inSync())
                            + (state.inSync().size() == 1 ? " is" : " are")
                            + " in sync, and min.insync.replicas asks for "
                            + evidence.minInSync
                            + ": producers that wait for all in-sync replicas (acks=all) are refused,"
                            + " consumers go on.");
                    missing();
                }
                case UNDER_REPLICATED -> {
                    sentences.add("Broker " + state.leader()
                            + " leads, and clients can produce and consume; but not all" + " replicas are in sync.");
                    missing();
                }
                case WELL -> well();
            }
            reassignment();
            preferred();
            return new PartitionDiagnosis(id, evidence, health, List.copyOf(sentences), List.copyOf(help));
        }

        /** What is not appended to needs no room to be in sync. */
        private void well() {
            Broker leader = evidence.brokers.get(state.leader());
            if (leader != null && leader.trouble == Trouble.DIRECTORY_FULL) {
                sentences.add("Broker " + state.leader() + " leads, and all "
                        + state.replicas().size()
                        + " replicas are in sync; but nobody in sync has room, so that producers are refused and"
                        + " consumers go on.");
                state.replicas().forEach(this::trouble);
            } else {
                sentences.add("All is well: broker " + state.leader() + " leads, and all "
                        + state.replicas().size() + " replicas are in sync.");
            }
        }

        /** Whoever has every acknowledged record could lead, and nobody of them is there. */
        private void leaderless() {
            sentences.add("Nobody leads it, so it can neither be written nor read.");
            Set<Integer> complete = new LinkedHashSet<>(state.inSync());
            complete.addAll(state.eligible());
            if (complete.isEmpty()) {
                complete.addAll(state.lastKnown());
            }
            List<Integer> candidates = complete.isEmpty() ? state.replicas() : List.copyOf(complete);
            sentences.add(
                    complete.isEmpty()
                            ? "Of none of its replicas it is known that it has every acknowledged record."
                            : "Only " + Partitions.named(candidates) + (candidates.size() == 1 ? " has" : " have")
                                    + " every acknowledged record.");
            candidates.forEach(this::trouble);
            List<Integer> others = state.replicas().stream()
                    .filter(broker -> !candidates.contains(broker)
                            && evidence.brokers.get(broker) != null
                            && isThere(evidence.brokers.get(broker)))
                    .toList();
            if (!others.isEmpty()) {
                sentences.add("Of the other replicas, " + Partitions.named(others)
                        + (others.size() == 1 ? " is" : " are") + " there, but may miss acknowledged records.");
                help.add("If " + Partitions.named(candidates) + " never come" + (candidates.size() == 1 ? "s" : "")
                        + " back: ./barnabas partition elect-leader --unclean " + id
                        + " lets another replica lead. What it misses is lost for good.");
            }
        }

        private static boolean isThere(Broker broker) {
            return broker.trouble == Trouble.NONE
                    || broker.trouble == Trouble.BEHIND
                    || broker.trouble == Trouble.DIRECTORY_FULL;
        }

        private void missing() {
            state.replicas().stream()
                    .filter(broker -> !state.inSync().contains(broker))
                    .forEach(this::trouble);
        }

        private void trouble(int id) {
            Broker broker = evidence.brokers.get(id);
            if (broker == null) {
                return;
            }
            switch (broker.trouble) {
                case NOT_REGISTERED -> {
                    sentences.add("Broker " + id + " does not belong to the cluster.");
                    help.add("Start a broker with node.id=" + id + ", or give the partition other replicas:"
                            + " ./barnabas broker drain " + id + ".");
                }
                case FENCED -> {
                    sentences.add("Broker " + id + " does not run, or does not reach the controller"
                            + (broker.lastHeardMs < 0
                                    ? "."
                                    : "; it was last heard of at "
                                            + Instant.ofEpochMilli(broker.lastHeardMs)
                                                    .truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                                            + " (" + QuorumCommands.ago(broker.lastHeardMs, now) + ")."));
                    help.add("Start broker " + id
                            + " again; if it runs, look into its log and at the network between it and"
                            + " the others.");
                }
                case DIRECTORY_FAILED -> {
                    sentences.add("Broker " + id + " runs, but its directory "
                            + (broker.directory == null ? "" : broker.directory + " ")
                            + "has failed or is not there.");
                    help.add("Replace the disk of broker " + id + " and restart it: what was on it is copied from the"
                            + " leader, if there is one.");
                }
                case DIRECTORY_FULL -> {
                    sentences.add("Broker " + id + " runs, but its directory "
                            + (broker.directory == null ? "" : broker.directory + " ") + "has no room for more.");
                    help.add("Make room on the disk of broker " + id + ": delete topics or records, shorten retention"
                            + " (retention.ms, retention.bytes), or give the partition other replicas. It comes back"
                            + " by itself when a quarter more than barnabas.disk.reserve.bytes is free.");
                }
                case BEHIND -> {
                    sentences.add("Broker " + id + " runs and is catching up"
                            + (broker.lag > 0
                                    ? ": it is " + Partitions.count(broker.lag, "record") + " behind."
                                    : "."));
                    help.add("Wait; if it does not come nearer, its disk or network is slower than what is produced.");
                }
                case NONE -> sentences.add("Broker " + id + " runs; it should be back in a moment.");
            }
        }

        private void reassignment() {
            Reassignment moving = evidence.reassignment;
            if (moving == null) {
                return;
            }
            sentences.add("It is being reassigned: "
                    + (moving.adding().isEmpty()
                            ? ""
                            : Partitions.named(moving.adding()) + " come" + s(moving.adding()))
                    + (moving.adding().isEmpty() || moving.removing().isEmpty() ? "" : ", ")
                    + (moving.removing().isEmpty()
                            ? ""
                            : Partitions.named(moving.removing()) + " leave" + s(moving.removing())
                                    + " when the others are in sync")
                    + ".");
        }

        private static String s(List<Integer> subjects) {
            return subjects.size() == 1 ? "s" : "";
        }

        private void preferred() {
            if (state.leader() < 0
                    || state.replicas().isEmpty()
                    || state.leader() == state.replicas().getFirst()) {
                return;
            }
            int preferred = state.replicas().getFirst();
            boolean ready = state.inSync().contains(preferred);
            sentences.add("The preferred leader is broker " + preferred
                    + (ready
                            ? ", which is in sync: it leads again before long."
                            : "; it leads again once it is in sync."));
            if (ready) {
                help.add("At once: ./barnabas partition elect-leader " + id);
            }
        }
    }

    /** For {@link Json}. */
    Object document() {
        Replicas.State state = evidence.state;
        List<Object> brokers = new ArrayList<>();
        evidence.brokers.forEach((broker, each) -> brokers.add(ordered(
                "broker",
                broker,
                "inSync",
                state.inSync().contains(broker),
                "trouble",
                each.trouble.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'),
                "lastHeardMs",
                each.lastHeardMs < 0 ? null : each.lastHeardMs,
                "lag",
                each.lag < 0 ? null : each.lag,
                "directory",
                each.directory)));
        return ordered(
                "topic",
                id.topic(),
                "partition",
                id.partition(),
                "state",
                health.code(),
                "leader",
                state.leader(),
                "replicas",
                state.replicas(),
                "inSync",
                state.inSync(),
                "eligible",
                state.eligible(),
                "minInSync",
                evidence.minInSync,
                "beingReassigned",
                evidence.reassignment != null,
                "brokers",
                brokers,
                "why",
                sentences,
                "help",
                help);
    }
}
