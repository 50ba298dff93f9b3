package dev.barnabas.replication;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.replication.InSyncChanges.Member;
import dev.barnabas.replication.InSyncChanges.Outcome;
import dev.barnabas.replication.InSyncChanges.Proposal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The controller of one partition: registers nodes, elects leaders from the in-sync replicas only, fences, and decides
 * about in-sync changes. It never fails.
 */
final class TestController {
    private final List<Integer> replicas;
    private final Consumer<Image> publish;
    private final Map<Integer, Long> brokerEpochs = new TreeMap<>();
    private final Map<Integer, Object> lives = new TreeMap<>();
    private final TreeSet<Integer> live = new TreeSet<>();
    private Image image;
    private long nextBrokerEpoch = 1;

    /** What is agreed on. */
    record Image(int leader, int leaderEpoch, int partitionEpoch, List<Integer> inSync, boolean recovering) {}

    TestController(List<Integer> replicas, Consumer<Image> publish) {
        this.replicas = replicas;
        this.publish = publish;
        this.image = new Image(Following.NO_LEADER, 0, 0, replicas, false);
    }

    Image image() {
        return image;
    }

    List<Integer> replicas() {
        return replicas;
    }

    boolean isLive(int node, long brokerEpoch) {
        return live.contains(node) && (brokerEpoch < 0 || brokerEpochs.getOrDefault(node, -1L) == brokerEpoch);
    }

    /** A node has started. What it led before it leads no more, or in another term. To ask twice changes nothing. */
    long register(int node, Object life) {
        if (life.equals(lives.put(node, life))) {
            return brokerEpochs.getOrDefault(node, -1L);
        }
        long brokerEpoch = nextBrokerEpoch++;
        brokerEpochs.put(node, brokerEpoch);
        live.add(node);
        if (image.leader == node || image.leader == Following.NO_LEADER) {
            elect();
        }
        return brokerEpoch;
    }

    /** A node has not been heard of for too long, or goes. */
    void fence(int node) {
        live.remove(node);
        if (image.inSync.contains(node) && image.inSync.size() > 1) {
            List<Integer> left =
                    image.inSync.stream().filter(each -> each != node).toList();
            change(image.leader, image.leaderEpoch, left, image.recovering);
        }
        if (image.leader == node) {
            elect();
        }
    }

    void unfence(int node) {
        live.add(node);
        if (image.leader == Following.NO_LEADER) {
            elect();
        }
    }

    /** Another leader from the in-sync replicas, if there is any; the last one that led, only if it must be. */
    void elect() {
        int chosen = Following.NO_LEADER;
        for (int candidate : image.inSync) {
            if (live.contains(candidate) && (chosen == Following.NO_LEADER || chosen == image.leader)) {
                chosen = candidate;
            }
        }
        change(chosen, image.leaderEpoch + 1, image.inSync, image.recovering);
    }

    Outcome alter(int from, Proposal proposal) {
        if (from != image.leader || proposal.leaderEpoch() != image.leaderEpoch) {
            return new Outcome.Refused(ErrorCode.FENCED_LEADER_EPOCH);
        }
        if (proposal.partitionEpoch() != image.partitionEpoch) {
            return new Outcome.Refused(ErrorCode.INVALID_UPDATE_VERSION);
        }
        List<Integer> wanted = new ArrayList<>();
        for (Member member : proposal.inSyncReplicas()) {
            if (!isLive(member.replica(), member.brokerEpoch())) {
                return new Outcome.Refused(ErrorCode.INELIGIBLE_REPLICA);
            }
            wanted.add(member.replica());
        }
        change(image.leader, image.leaderEpoch, wanted, proposal.recovering());
        return new Outcome.Agreed(image.leaderEpoch, image.partitionEpoch, wanted, image.recovering);
    }

    private void change(int leader, int leaderEpoch, List<Integer> inSync, boolean recovering) {
        image = new Image(leader, leaderEpoch, image.partitionEpoch + 1, List.copyOf(inSync), recovering);
        publish.accept(image);
    }
}
