package dev.barnabas.metadata;

import dev.barnabas.protocol.ErrorCode;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Other levels for features, as in an UpdateFeatures request: all or none. Answered with all finalised levels. */
public record UpdateFeatures(List<FeatureUpdate> updates, boolean validateOnly)
        implements Wish<NavigableMap<String, Short>> {

    /** In which direction a level may change. */
    public enum Direction {
        UPGRADE,
        SAFE_DOWNGRADE,
        UNSAFE_DOWNGRADE;

        /** The direction of a number on the wire; empty if there is none. */
        public static Optional<Direction> forCode(byte code) {
            return code >= 1 && code <= values().length ? Optional.of(values()[code - 1]) : Optional.empty();
        }
    }

    /** @param level 0 takes the feature out of use */
    public record FeatureUpdate(String feature, short level, Direction direction) {}

    public UpdateFeatures {
        updates = List.copyOf(updates);
    }

    @Override
    public Plan<NavigableMap<String, Short>> plan(ClusterImage image, Controller controller) {
        NavigableMap<String, Short> changes = new TreeMap<>();
        NavigableMap<String, Short> after = new TreeMap<>(image.finalizedFeatures());
        for (FeatureUpdate update : updates) {
            Optional<Refusal> refusal =
                    refusal(update, image.finalizedFeatures()).or(() -> refusalOfBrokers(update, image));
            if (refusal.isPresent()) {
                return new Plan.Refused<>(refusal.get());
            }
            if (changes.put(update.feature, update.level) != null) {
                return Plan.refuse(
                        ErrorCode.INVALID_REQUEST, "The feature " + update.feature + " is updated more than once.");
            }
        }
        after.putAll(changes);
        after.values().removeIf(level -> level == 0);
        return validateOnly || after.equals(image.finalizedFeatures())
                ? Plan.nothing(after)
                : Plan.change(new Change.FeaturesFinalized(changes), after);
    }

    private static Optional<Refusal> refusal(FeatureUpdate update, NavigableMap<String, Short> finalized) {
        Optional<Feature> feature = Arrays.stream(Feature.values())
                .filter(known -> known.label().equals(update.feature))
                .findFirst();
        if (feature.isEmpty()) {
            return refuse(update, "there is no such feature");
        }
        if (update.level < feature.get().lowest()
                || update.level > feature.get().highest()) {
            return refuse(
                    update,
                    "the levels that work are " + feature.get().lowest() + " to "
                            + feature.get().highest());
        }
        short present = finalized.getOrDefault(update.feature, (short) 0);
        if (update.level < present && update.direction == Direction.UPGRADE) {
            return refuse(update, "it is at level " + present + ", and going down was not allowed");
        }
        if (update.level > present && update.direction != Direction.UPGRADE) {
            return refuse(update, "it is at level " + present + ", and only going down was allowed");
        }
        return Optional.empty();
    }

    /** A broker that has not said what it can use can use what this version of Barnabas can. */
    private static Optional<Refusal> refusalOfBrokers(FeatureUpdate update, ClusterImage image) {
        for (Broker broker : image.brokers().values()) {
            Broker.FeatureRange range = broker.features().get(update.feature);
            if (range != null
                    && update.level != 0
                    && (update.level < range.lowest() || update.level > range.highest())) {
                return refuse(
                        update,
                        "broker " + broker.id() + " can only use the levels " + range.lowest() + " to "
                                + range.highest());
            }
        }
        return Optional.empty();
    }

    private static Optional<Refusal> refuse(FeatureUpdate update, String why) {
        return Optional.of(new Refusal(
                ErrorCode.INVALID_UPDATE_VERSION,
                "Cannot set the feature " + update.feature + " to level " + update.level + ": " + why + "."));
    }
}
