package dev.barnabas.metadata;

import dev.barnabas.host.Clock;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** The quorum of a single node, which always leads, in the only term there is. */
final class SoleVoter implements Quorum {

    private static final Refusal ALONE = new Refusal(
            ErrorCode.UNSUPPORTED_VERSION,
            "this node keeps the cluster's metadata alone; to give it company, start it with"
                    + " --set controller.quorum.voters=ID@HOST:PORT");

    private final int nodeId;
    private final Uuid directoryId;
    private final Clock clock;
    private final LongSupplier highWatermark;
    private boolean leads;

    SoleVoter(int nodeId, Uuid directoryId, Clock clock, LongSupplier highWatermark) {
        this.nodeId = nodeId;
        this.directoryId = directoryId;
        this.clock = clock;
        this.highWatermark = highWatermark;
    }

    /** From now on. */
    void lead() {
        leads = true;
    }

    @Override
    public OptionalInt leader() {
        return leads ? OptionalInt.of(nodeId) : OptionalInt.empty();
    }

    @Override
    public void describe(Consumer<Description> then) {
        long now = clock.wallMs();
        long end = highWatermark.getAsLong();
        Member self = new Member(nodeId, directoryId, Optional.empty(), end, now, now);
        then.accept(new Description(leader(), 0, end, List.of(self), List.of()));
    }

    @Override
    public void addVoter(Voter voter, Consumer<Optional<Refusal>> then) {
        then.accept(Optional.of(ALONE));
    }

    @Override
    public void removeVoter(int removed, Uuid removedDirectory, Consumer<Optional<Refusal>> then) {
        then.accept(Optional.of(ALONE));
    }

    @Override
    public void resign(Runnable then) {
        then.run();
    }
}
