package dev.barnabas.broker;

import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.ShareFetchRequest;
import dev.barnabas.share.Holder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What one member of a share group keeps fetching (KIP-932): it names only what changes. Owned by the loop of its
 * connection.
 */
final class ShareSession {

    /** A request with this epoch opens a session. */
    static final int INITIAL_EPOCH = 0;

    /** A request with this epoch closes it. */
    static final int FINAL_EPOCH = -1;

    private final Asker asker;
    private final Holder holder;
    private final Set<Place> places = new LinkedHashSet<>();
    private int expectedEpoch = 1;
    private int turns;

    /** A partition. */
    record Place(Uuid topicId, int partition) {}

    ShareSession(Asker asker, Holder holder) {
        this.asker = asker;
        this.holder = holder;
    }

    boolean belongsTo(Asker other) {
        return asker.equals(other);
    }

    Holder holder() {
        return holder;
    }

    /** Takes the next request: its epoch must follow. */
    boolean advance(int epoch) {
        if (epoch != expectedEpoch) {
            return false;
        }
        expectedEpoch = expectedEpoch == Integer.MAX_VALUE ? 1 : expectedEpoch + 1;
        return true;
    }

    void update(ShareFetchRequest request) {
        request.topics()
                .forEach(topic -> topic.partitions()
                        .forEach(partition -> places.add(new Place(topic.topicId(), partition.partitionIndex()))));
        request.forgottenTopicsData()
                .forEach(topic ->
                        topic.partitions().forEach(partition -> places.remove(new Place(topic.topicId(), partition))));
    }

    /** All partitions; each time another one comes first, so that each gets its turn. */
    List<Place> inTurn() {
        List<Place> all = new ArrayList<>(places);
        if (!all.isEmpty()) {
            Collections.rotate(all, -(turns++ % all.size()));
        }
        return all;
    }
}
