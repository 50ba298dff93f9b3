package dev.barnabas.broker;

import dev.barnabas.metadata.Answer;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.Refusal;
import dev.barnabas.metadata.ReplaceSettings;
import dev.barnabas.metadata.Resource;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.AlterConfigsRequest;
import dev.barnabas.protocol.message.AlterConfigsRequest.AlterConfigsResource;
import dev.barnabas.protocol.message.AlterConfigsRequest.AlterableConfig;
import dev.barnabas.protocol.message.AlterConfigsResponse;
import dev.barnabas.protocol.message.AlterConfigsResponse.AlterConfigsResourceResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * AlterConfigs 0-2: replaces all settings of resources; what is not given is not set any more. Clients of today use
 * {@link IncrementalAlterConfigsHandler}.
 */
final class AlterConfigsHandler implements Handler<AlterConfigsRequest> {

    private final ClusterMetadata metadata;

    AlterConfigsHandler(ClusterMetadata metadata) {
        this.metadata = metadata;
    }

    @Override
    public void handle(AlterConfigsRequest request, Call call) {
        Answers<AlterConfigsResourceResponse> answers = new Answers<>(call.loop());
        Set<Named> repeated =
                Repeated.in(request.resources().stream().map(Named::of).toList());
        for (AlterConfigsResource resource : request.resources()) {
            Resource.Type type = Resource.Type.forCode(resource.resourceType()).orElse(null);
            Optional<String> problem = repeated.contains(Named.of(resource))
                    ? Optional.of("Each resource must appear at most once.")
                    : problem(resource, type);
            if (problem.isPresent() || type == null) {
                answers.known(result(resource, ErrorCode.INVALID_REQUEST, problem.orElse("")));
                continue;
            }
            Map<String, @Nullable String> values = new LinkedHashMap<>();
            resource.configs().forEach(config -> values.put(config.name(), config.value()));
            Consumer<AlterConfigsResourceResponse> then = answers.expect(result(resource, ErrorCode.NONE, null));
            metadata.submit(
                    new ReplaceSettings(new Resource(type, resource.resourceName()), values, request.validateOnly()),
                    call.loop(),
                    answer -> then.accept(result(resource, answer)));
        }
        answers.await(results ->
                call.answer(AlterConfigsResponse.builder().responses(results).build()));
    }

    private static Optional<String> problem(AlterConfigsResource resource, Resource.@Nullable Type type) {
        if (type == null) {
            return Optional.of("Unknown resource type " + resource.resourceType());
        }
        boolean repeated = !Repeated.in(
                        resource.configs().stream().map(AlterableConfig::name).toList())
                .isEmpty();
        return repeated ? Optional.of("Error due to duplicate config keys") : Optional.empty();
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
