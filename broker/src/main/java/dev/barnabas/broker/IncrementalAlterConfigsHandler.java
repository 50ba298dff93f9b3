package dev.barnabas.broker;

import dev.barnabas.metadata.AlterSettings;
import dev.barnabas.metadata.Answer;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.Refusal;
import dev.barnabas.metadata.Resource;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.IncrementalAlterConfigsRequest;
import dev.barnabas.protocol.message.IncrementalAlterConfigsRequest.AlterConfigsResource;
import dev.barnabas.protocol.message.IncrementalAlterConfigsRequest.AlterableConfig;
import dev.barnabas.protocol.message.IncrementalAlterConfigsResponse;
import dev.barnabas.protocol.message.IncrementalAlterConfigsResponse.AlterConfigsResourceResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * IncrementalAlterConfigs 0-1 (KIP-339): changes some settings of resources and leaves the others as they are. The
 * levels of loggers (KIP-412) belong to the node that is asked, everything else to the cluster.
 */
final class IncrementalAlterConfigsHandler implements Handler<IncrementalAlterConfigsRequest> {

    private final Node node;
    private final ClusterMetadata metadata;
    private final LogLevelChanges logLevels;

    IncrementalAlterConfigsHandler(Node node, ClusterMetadata metadata, LogLevels logLevels) {
        this.node = node;
        this.metadata = metadata;
        this.logLevels = new LogLevelChanges(logLevels);
    }

    @Override
    public void handle(IncrementalAlterConfigsRequest request, Call call) {
        Answers<AlterConfigsResourceResponse> answers = new Answers<>(call.loop());
        Set<Named> repeated =
                Repeated.in(request.resources().stream().map(Named::of).toList());
        for (AlterConfigsResource resource : request.resources()) {
            Resource.Type type = Resource.Type.forCode(resource.resourceType()).orElse(null);
            Optional<String> problem = repeated.contains(Named.of(resource))
                    ? Optional.of("Each resource must appear at most once.")
                    : problem(resource, call.isForwarded());
            if (problem.isPresent()) {
                answers.known(result(resource, ErrorCode.INVALID_REQUEST, problem.get()));
            } else if (type == null) {
                answers.known(logLevels
                        .apply(resource.configs(), request.validateOnly())
                        .map(refusal -> result(resource, refusal.error(), refusal.message()))
                        .orElseGet(() -> result(resource, ErrorCode.NONE, null)));
            } else {
                Consumer<AlterConfigsResourceResponse> then = answers.expect(result(resource, ErrorCode.NONE, null));
                metadata.submit(
                        new AlterSettings(
                                new Resource(type, resource.resourceName()),
                                alterations(resource),
                                request.validateOnly()),
                        call.loop(),
                        answer -> then.accept(result(resource, answer)));
            }
        }
        answers.await(results -> call.answer(
                IncrementalAlterConfigsResponse.builder().responses(results).build()));
    }

    /** The log levels of a node are its own, and no affair of the controller. */
    static boolean isOfLoggersOnly(IncrementalAlterConfigsRequest request) {
        return request.resources().stream().allMatch(resource -> resource.resourceType() == ConfigTypes.BROKER_LOGGER);
    }

    private Optional<String> problem(AlterConfigsResource resource, boolean forwarded) {
        if (!ConfigTypes.ALL.contains(resource.resourceType())) {
            return Optional.of("Unknown resource type " + resource.resourceType());
        }
        boolean repeated = !Repeated.in(
                        resource.configs().stream().map(AlterableConfig::name).toList())
                .isEmpty();
        if (repeated) {
            return Optional.of("Error due to duplicate config keys");
        }
        Optional<AlterableConfig> unknown = resource.configs().stream()
                .filter(config -> AlterSettings.Operation.forCode(config.configOperation())
                        .isEmpty())
                .findFirst();
        if (unknown.isPresent()) {
            return Optional.of("Unknown operation " + unknown.get().configOperation() + " for "
                    + unknown.get().name());
        }
        if (forwarded && resource.resourceType() == ConfigTypes.BROKER_LOGGER) {
            return Optional.of("Loggers have to be altered in a request of their own, sent to their broker");
        }
        boolean elsewhere = resource.resourceType() == ConfigTypes.BROKER_LOGGER
                && !resource.resourceName().equals(Integer.toString(node.id()));
        return elsewhere
                ? Optional.of(
                        "Unexpected broker id, expected " + node.id() + ", but received " + resource.resourceName())
                : Optional.empty();
    }

    private static List<AlterSettings.Alteration> alterations(AlterConfigsResource resource) {
        List<AlterSettings.Alteration> alterations = new ArrayList<>();
        for (AlterableConfig config : resource.configs()) {
            AlterSettings.Operation.forCode(config.configOperation())
                    .ifPresent(operation ->
                            alterations.add(new AlterSettings.Alteration(config.name(), operation, config.value())));
        }
        return alterations;
    }

    private static AlterConfigsResourceResponse result(
            AlterConfigsResource resource, Answer<NavigableMap<String, String>> answer) {
        return switch (answer) {
            case Answer.Granted<NavigableMap<String, String>> _ -> result(resource, ErrorCode.NONE, null);
            case Answer.Refused<NavigableMap<String, String>>(Refusal refusal) ->
                result(resource, refusal.error(), refusal.message());
        };
    }

    private static AlterConfigsResourceResponse result(
            AlterConfigsResource resource, ErrorCode error, @Nullable String message) {
        return AlterConfigsResourceResponse.builder()
                .errorCode(error.code())
                .errorMessage(message)
                .resourceType(resource.resourceType())
                .resourceName(resource.resourceName())
                .build();
    }

    private record Named(byte type, String name) {
        static Named of(AlterConfigsResource resource) {
            return new Named(resource.resourceType(), resource.resourceName());
        }
    }
}
