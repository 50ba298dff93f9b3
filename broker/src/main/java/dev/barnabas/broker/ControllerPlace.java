package dev.barnabas.broker;

import dev.barnabas.metadata.ClusterMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Which node hosts the active controller: the one that leads the metadata quorum. Owned by the loop of the cluster's
 * metadata.
 */
final class ControllerPlace {

    private final ClusterMetadata metadata;
    private final int thisNode;
    private final List<Runnable> whenMoved = new ArrayList<>();
    /** For those who ask on other loops; the truth is in the metadata. */
    private volatile OptionalInt known = OptionalInt.empty();

    ControllerPlace(ClusterMetadata metadata, int thisNode) {
        this.metadata = metadata;
        this.thisNode = thisNode;
        metadata.onLeaderChange(this::look);
        look();
    }

    private void look() {
        OptionalInt now = metadata.leader();
        if (!now.equals(known)) {
            known = now;
            whenMoved.forEach(Runnable::run);
        }
    }

    /** Runs a task whenever the controller is at another node than before, or nobody knows where. */
    void whenMoved(Runnable task) {
        whenMoved.add(task);
    }

    /** On the metadata's loop. */
    OptionalInt now() {
        return metadata.leader();
    }

    boolean isThisNode(int nodeId) {
        return nodeId == thisNode;
    }

    /** As far as this node knows. From any loop. */
    OptionalInt nodeId() {
        return known;
    }

    /** Whether that is this node. From any loop. */
    boolean isHere() {
        OptionalInt now = known;
        return now.isPresent() && now.getAsInt() == thisNode;
    }
}
