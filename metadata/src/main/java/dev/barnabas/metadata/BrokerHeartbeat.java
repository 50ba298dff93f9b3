package dev.barnabas.metadata;

import dev.barnabas.protocol.Uuid;
import java.util.List;
import java.util.Optional;

/**
 * A sign of life of a broker and what it wants, as in a BrokerHeartbeat request (KIP-631, KIP-858). Most change
 * nothing.
 *
 * <ul>
 *   <li>One that is fenced is let in when it wants that and knows of its own registration. What has no leader and only
 *       waits for it gets one with the same change.
 *   <li>One that is let in is fenced when it wants that.
 *   <li>One that wants to stop, which it cannot take back, first hands over what others can lead and leaves the in-sync
 *       sets in which others are. What only it can lead it leads on. Its next heartbeat, when there is nothing left to
 *       hand over, fences it and is answered that it should stop.
 *   <li>Replicas in directories that it can no longer use leave the in-sync sets and are led by others. If it can use
 *       none, it is fenced.
 *   <li>Replicas in directories without room are led by others and leave the in-sync sets, where somebody in sync has
 *       room: whoever cannot append would only hold up those who can. Where nobody has, everything stays as it is.
 * </ul>
 *
 * @param metadataVersion {@link ClusterImage#version} of the image that the broker has, which is what the request
 *     carries as its metadata offset: a registration's epoch is the version of the first image that has it
 * @param offlineDirectories ids of the log directories that have failed since it registered
 * @param fullDirectories ids of the log directories that have no room now
 */
public record BrokerHeartbeat(
        int id,
        long epoch,
        long metadataVersion,
        boolean wantFence,
        boolean wantShutDown,
        List<Uuid> offlineDirectories,
        List<Uuid> fullDirectories)
        implements Wish<BrokerHeartbeat.State> {

    /**
     * @param caughtUp whether the broker knows of its own registration
     * @param shouldShutDown whether it can stop now
     */
    public record State(boolean caughtUp, boolean fenced, boolean shouldShutDown) {}

    public BrokerHeartbeat {
        offlineDirectories = List.copyOf(offlineDirectories);
        fullDirectories = List.copyOf(fullDirectories);
    }

    @Override
    public Plan<State> plan(ClusterImage image, Controller controller) {
        Optional<Refusal> refusal = Replicas.refusalOfSender(image, id, epoch);
        if (refusal.isPresent()) {
            return new Plan.Refused<>(refusal.get());
        }
        Broker broker = image.broker(id).orElseThrow();
        boolean caughtUp = metadataVersion >= epoch;
        List<Uuid> usable = PartitionDraft.without(broker.directories(), offlineDirectories);
        boolean noneUsable = usable.isEmpty() && !broker.directories().isEmpty();
        if (noneUsable) {
            usable = broker.directories();
        }
        List<Uuid> full = broker.directories().isEmpty()
                ? fullDirectories
                : fullDirectories.stream().filter(usable::contains).toList();
        boolean fenced = wantFence || noneUsable || (broker.fenced() && (wantShutDown || !caughtUp));
        boolean shuttingDown = !fenced && (wantShutDown || broker.shuttingDown());
        Plan<State> plan = become(image, controller, broker, broker.in(fenced, shuttingDown, usable, full), caughtUp);
        boolean handedOver = wantShutDown
                && shuttingDown
                && broker.shuttingDown()
                && plan instanceof Plan.Agreed<State>(Change change, State _)
                && change == null;
        return handedOver ? become(image, controller, broker, broker.in(true, false, usable, full), caughtUp) : plan;
    }

    private Plan<State> become(
            ClusterImage image, Controller controller, Broker before, Broker after, boolean caughtUp) {
        State state = new State(caughtUp, after.fenced(), after.fenced() && wantShutDown);
        if (after.equals(before)) {
            return after.shuttingDown()
                    ? new Plan.Agreed<>(
                            new PartitionSweep(image, controller)
                                    .settleAllOn(id)
                                    .changeOrNull(),
                            state)
                    : Plan.nothing(state);
        }
        Change changed = new Change.BrokerStateChanged(
                id, epoch, after.fenced(), after.shuttingDown(), after.directories(), after.fullDirectories());
        PartitionSweep sweep =
                new PartitionSweep(image.apply(changed, image.lastOffset() + 1), controller).settleAllOn(id);
        return Plan.change(sweep.with(changed), state);
    }
}
