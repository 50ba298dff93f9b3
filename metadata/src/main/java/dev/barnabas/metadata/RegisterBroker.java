package dev.barnabas.metadata;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A broker that has started, as in a BrokerRegistration request (KIP-631). Answered with its registration, which has a
 * new epoch and is fenced: the broker is let in when it asks for it in a {@link BrokerHeartbeat}. Until then it leads
 * nothing and is in sync nowhere, so that a new term begins for whatever it leads again: if its last records were lost
 * with its machine, nobody mistakes those it writes then for them (KIP-320).
 *
 * <p>What it still counts for:
 *
 * <ul>
 *   <li>Where a record is acknowledged when it is on stable storage ({@code barnabas.durability=after-sync}), every
 *       acknowledged record is on its disks however it has stopped, and it stays eligible to lead.
 *   <li>Where that happens earlier ({@code after-write}), the operating system may not have got round to writing what
 *       was acknowledged. Unless {@code previousEpoch} says that the broker has all it wrote, it is no longer eligible,
 *       only the last known (KIP-966). If nobody else is eligible it leads again all the same: nobody has more.
 *   <li>A replica counts only while the log directory in which it is is among {@code directories}. When the directory
 *       comes back, so does the replica. When the broker begins it anew elsewhere, which {@link AssignReplicas} says
 *       first, it is not eligible any more. A partition whose other replicas are not eligible either has no leader
 *       then: it does not begin empty unless unclean election is asked for.
 * </ul>
 *
 * <p>Another process of the same id is refused with DUPLICATE_BROKER_REGISTRATION while the registered one is let in. A
 * directory is locked by its process: if both name the same one, the registered process is gone, and its successor does
 * not have to wait until its session is over.
 *
 * @param incarnation what the broker's process calls itself: a new one after every start
 * @param previousEpoch that of the registration of which it has all that it wrote: it stopped in order, or its machine
 *     was not started again since; -1 if it does not know
 * @param directories ids of the log directories that it can use; empty if it does not say, which counts as all
 * @param features the levels at which it can use features, by name
 */
public record RegisterBroker(
        int id,
        Uuid incarnation,
        long previousEpoch,
        List<Broker.Endpoint> endpoints,
        @Nullable String rack,
        List<Uuid> directories,
        SortedMap<String, Broker.FeatureRange> features)
        implements Wish<Broker> {

    public RegisterBroker {
        endpoints = List.copyOf(endpoints);
        directories = List.copyOf(directories);
        features = Collections.unmodifiableSortedMap(new TreeMap<>(features));
    }

    @Override
    public Plan<Broker> plan(ClusterImage image, Controller controller) {
        Optional<Broker> registered = image.broker(id);
        Optional<Broker> same = registered.filter(broker -> broker.incarnation().equals(incarnation));
        if (same.isPresent()) {
            return Plan.nothing(same.get());
        }
        Optional<Refusal> refusal = registered.flatMap(this::refusalOfDuplicate).or(() -> refusalOfFeatures(image));
        if (refusal.isPresent()) {
            return new Plan.Refused<>(refusal.get());
        }
        Broker broker = new Broker(
                id, image.version() + 1, incarnation, endpoints, rack, directories, features, true, false, List.of());
        List<Change> changes = new ArrayList<>();
        registered
                .filter(old -> !directories.isEmpty() && !directories.equals(old.directories()))
                .flatMap(old -> Replicas.inOnlyDirectory(image, old))
                .ifPresent(changes::add);
        changes.add(new Change.BrokerRegistered(broker));
        PartitionSweep sweep = new PartitionSweep(after(image, changes), controller);
        if (registered.filter(old -> old.epoch() == previousEpoch).isPresent()) {
            sweep.settleAllOn(id);
        } else {
            sweep.settleAllOnAfterUncleanStop(id);
        }
        sweep.change().ifPresent(changes::add);
        return Plan.change(Change.Together.of(changes), broker);
    }

    private static ClusterImage after(ClusterImage image, List<Change> changes) {
        return image.apply(Change.Together.of(changes), image.lastOffset() + 1);
    }

    private Optional<Refusal> refusalOfDuplicate(Broker registered) {
        return registered.isServing() && Collections.disjoint(registered.directories(), directories)
                ? Optional.of(new Refusal(
                        ErrorCode.DUPLICATE_BROKER_REGISTRATION,
                        "Another broker is registered with the id " + id + ". If it is this one, which has lost its"
                                + " directories, it can register when its session is over."))
                : Optional.empty();
    }

    private Optional<Refusal> refusalOfFeatures(ClusterImage image) {
        for (var finalized : image.finalizedFeatures().entrySet()) {
            Broker.FeatureRange range = features.get(finalized.getKey());
            if (range != null && (finalized.getValue() < range.lowest() || finalized.getValue() > range.highest())) {
                return Optional.of(new Refusal(
                        ErrorCode.UNSUPPORTED_VERSION,
                        "The cluster uses the feature " + finalized.getKey() + " at level " + finalized.getValue()
                                + "; broker " + id + " can use the levels " + range.lowest() + " to "
                                + range.highest() + "."));
            }
        }
        return Optional.empty();
    }
}
