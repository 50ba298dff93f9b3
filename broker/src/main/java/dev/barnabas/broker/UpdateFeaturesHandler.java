package dev.barnabas.broker;

import dev.barnabas.metadata.Answer;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.Refusal;
import dev.barnabas.metadata.UpdateFeatures;
import dev.barnabas.metadata.UpdateFeatures.Direction;
import dev.barnabas.metadata.UpdateFeatures.FeatureUpdate;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.UpdateFeaturesRequest;
import dev.barnabas.protocol.message.UpdateFeaturesRequest.FeatureUpdateKey;
import dev.barnabas.protocol.message.UpdateFeaturesResponse;
import dev.barnabas.protocol.message.UpdateFeaturesResponse.UpdatableFeatureResult;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * UpdateFeatures 0-2 (KIP-584): other levels for features, all or none.
 *
 * <ul>
 *   <li>v1: the direction is named, and an update may be only checked. v2: no results for each feature.
 * </ul>
 */
final class UpdateFeaturesHandler implements Handler<UpdateFeaturesRequest> {

    private final ClusterMetadata metadata;

    UpdateFeaturesHandler(ClusterMetadata metadata) {
        this.metadata = metadata;
    }

    @Override
    public void handle(UpdateFeaturesRequest request, Call call) {
        List<FeatureUpdate> updates = new ArrayList<>();
        for (FeatureUpdateKey update : request.featureUpdates()) {
            Optional<Direction> direction = direction(update, call.version());
            if (direction.isEmpty()) {
                call.answer(refusal(
                        ErrorCode.INVALID_UPDATE_VERSION,
                        "The feature " + update.feature() + " cannot be updated: there is no upgrade type "
                                + update.upgradeType() + "."));
                return;
            }
            updates.add(new FeatureUpdate(update.feature(), update.maxVersionLevel(), direction.get()));
        }
        Answers<UpdateFeaturesResponse> answers = new Answers<>(call.loop());
        Consumer<UpdateFeaturesResponse> then =
                answers.expect(refusal(ErrorCode.REQUEST_TIMED_OUT, ErrorCode.REQUEST_TIMED_OUT.message()));
        metadata.submit(
                new UpdateFeatures(updates, request.validateOnly()),
                call.loop(),
                answer -> then.accept(response(request, answer)));
        answers.await(request.timeoutMs(), responses -> call.answer(responses.getFirst()));
    }

    private static Optional<Direction> direction(FeatureUpdateKey update, int version) {
        if (version == 0) {
            return Optional.of(update.allowDowngrade() ? Direction.SAFE_DOWNGRADE : Direction.UPGRADE);
        }
        return Direction.forCode(update.upgradeType());
    }

    private static UpdateFeaturesResponse response(
            UpdateFeaturesRequest request, Answer<NavigableMap<String, Short>> answer) {
        return switch (answer) {
            case Answer.Refused<NavigableMap<String, Short>>(Refusal refusal) ->
                refusal(
                        refusal.error(),
                        "The update failed for all features since the following feature had an error: "
                                + refusal.message());
            case Answer.Granted<NavigableMap<String, Short>> _ ->
                response(ErrorCode.NONE, null)
                        .results(request.featureUpdates().stream()
                                .map(update -> UpdatableFeatureResult.builder()
                                        .feature(update.feature())
                                        .errorMessage(null)
                                        .build())
                                .toList())
                        .build();
        };
    }

    private static UpdateFeaturesResponse refusal(ErrorCode error, String message) {
        return response(error, message).build();
    }

    private static UpdateFeaturesResponse.Builder response(ErrorCode error, @Nullable String message) {
        return UpdateFeaturesResponse.builder().errorCode(error.code()).errorMessage(message);
    }
}
