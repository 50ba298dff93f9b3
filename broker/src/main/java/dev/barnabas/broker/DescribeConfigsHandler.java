package dev.barnabas.broker;

import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.TopicNames;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.DescribeConfigsRequest;
import dev.barnabas.protocol.message.DescribeConfigsRequest.DescribeConfigsResource;
import dev.barnabas.protocol.message.DescribeConfigsResponse;
import dev.barnabas.protocol.message.DescribeConfigsResponse.DescribeConfigsResourceResult;
import dev.barnabas.protocol.message.DescribeConfigsResponse.DescribeConfigsResult;
import dev.barnabas.protocol.message.DescribeConfigsResponse.DescribeConfigsSynonym;
import dev.barnabas.settings.Described;
import dev.barnabas.settings.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * DescribeConfigs 1-4: the settings of topics, brokers, groups, client metrics subscriptions, and the levels of
 * loggers.
 *
 * <ul>
 *   <li>The broker {@code ""} stands for what is set at run time for all brokers.
 *   <li>v1 (KIP-226): sources and synonyms. v3 (KIP-569): types and documentation.
 * </ul>
 */
final class DescribeConfigsHandler implements Handler<DescribeConfigsRequest> {

    /** Kafka's number for the source of a level. */
    private static final byte DYNAMIC_BROKER_LOGGER = 6;

    private final Node node;
    private final LogLevels logLevels;

    DescribeConfigsHandler(Node node, LogLevels logLevels) {
        this.node = node;
        this.logLevels = logLevels;
    }

    @Override
    public void handle(DescribeConfigsRequest request, Call call) {
        // A kind of resource that is not known spoils the whole request, as in Kafka.
        Optional<DescribeConfigsResource> unknown = request.resources().stream()
                .filter(resource -> !ConfigTypes.ALL.contains(resource.resourceType()))
                .findFirst();
        call.answer(DescribeConfigsResponse.builder()
                .results(request.resources().stream()
                        .map(resource -> unknown.isPresent()
                                ? refused(
                                        resource,
                                        ErrorCode.INVALID_REQUEST,
                                        "Unexpected resource type "
                                                + unknown.get().resourceType() + " for resource "
                                                + unknown.get().resourceName())
                                : describe(resource, request))
                        .toList())
                .build());
    }

    private DescribeConfigsResult describe(DescribeConfigsResource resource, DescribeConfigsRequest request) {
        byte type = resource.resourceType();
        if (type == ConfigTypes.TOPIC) {
            return describeTopic(resource, request);
        }
        if (type == ConfigTypes.BROKER) {
            return describeBroker(resource, request);
        }
        if (type == ConfigTypes.BROKER_LOGGER) {
            return describeLoggers(resource);
        }
        String name = resource.resourceName();
        boolean group = type == ConfigTypes.GROUP;
        if (name.isEmpty()) {
            return refused(
                    resource,
                    ErrorCode.INVALID_REQUEST,
                    group ? "Group name must not be empty" : "Client metrics subscription name must not be empty");
        }
        ClusterImage image = node.image();
        return described(
                resource,
                request,
                (group ? image.groupSettings(name, node.settings()) : image.clientMetricsSettings(name)).describe());
    }

    private DescribeConfigsResult describeTopic(DescribeConfigsResource resource, DescribeConfigsRequest request) {
        String name = resource.resourceName();
        ClusterImage image = node.image();
        Optional<String> problem = TopicNames.problem(name);
        if (problem.isPresent()) {
            return refused(resource, ErrorCode.INVALID_TOPIC_EXCEPTION, problem.get());
        }
        return image.topic(name).isEmpty()
                ? refused(resource, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, null)
                : described(resource, request, node.topicSettings(image, name).describe());
    }

    private DescribeConfigsResult describeBroker(DescribeConfigsResource resource, DescribeConfigsRequest request) {
        String name = resource.resourceName();
        if (name.isEmpty()) {
            // What this broker has for itself does not count there.
            List<Described> ofAll =
                    node
                            .settings()
                            .with(Source.DYNAMIC_BROKER, Map.of())
                            .describe(Source.DYNAMIC_DEFAULT_BROKER)
                            .stream()
                            .map(DescribeConfigsHandler::ofAllBrokers)
                            .toList();
            return described(resource, request, ofAll);
        }
        return notThisBroker(name)
                .map(problem -> refused(resource, ErrorCode.INVALID_REQUEST, problem))
                .orElseGet(() -> described(resource, request, node.settings().describe()));
    }

    private static Described ofAllBrokers(Described described) {
        return new Described(
                described.setting(),
                described.value(),
                described.source(),
                described.readOnly(),
                described.synonyms().stream()
                        .filter(synonym -> synonym.source() == Source.DYNAMIC_DEFAULT_BROKER)
                        .toList());
    }

    private DescribeConfigsResult describeLoggers(DescribeConfigsResource resource) {
        return notThisBroker(resource.resourceName())
                .map(problem -> refused(resource, ErrorCode.INVALID_REQUEST, problem))
                .orElseGet(() -> result(
                        resource,
                        logLevels.levels().entrySet().stream()
                                .filter(entry -> isAskedFor(entry.getKey(), resource))
                                .map(entry -> DescribeConfigsResourceResult.builder()
                                        .name(entry.getKey())
                                        .value(entry.getValue().name())
                                        .configSource(DYNAMIC_BROKER_LOGGER)
                                        .build())
                                .toList()));
    }

    /** Why a broker's settings or loggers are not those of this one; empty if they are. */
    private Optional<String> notThisBroker(String name) {
        if (name.equals(Integer.toString(node.id()))) {
            return Optional.empty();
        }
        boolean number = !name.isEmpty() && name.chars().allMatch(digit -> digit >= '0' && digit <= '9');
        return Optional.of(
                number
                        ? "Unexpected broker id, expected " + node.id() + ", but received " + name
                        : "Broker id must be an integer, but it is: " + name);
    }

    private static DescribeConfigsResult described(
            DescribeConfigsResource resource, DescribeConfigsRequest request, List<Described> settings) {
        return result(
                resource,
                settings.stream()
                        .filter(setting -> isAskedFor(setting.name(), resource))
                        .map(setting -> entry(setting, request))
                        .toList());
    }

    private static DescribeConfigsResourceResult entry(Described described, DescribeConfigsRequest request) {
        return DescribeConfigsResourceResult.builder()
                .name(described.name())
                .value(described.value())
                .readOnly(described.readOnly())
                .configSource(described.source().code())
                .isSensitive(described.setting().sensitive())
                .synonyms(
                        request.includeSynonyms()
                                ? described.synonyms().stream()
                                        .map(DescribeConfigsHandler::synonym)
                                        .toList()
                                : List.of())
                .configType(described.setting().type().code())
                .documentation(
                        request.includeDocumentation() ? described.setting().documentation() : null)
                .build();
    }

    private static DescribeConfigsSynonym synonym(Described.Synonym synonym) {
        return DescribeConfigsSynonym.builder()
                .name(synonym.name())
                .value(synonym.value())
                .source(synonym.source().code())
                .build();
    }

    /** No names, or an empty list of names, mean all. */
    private static boolean isAskedFor(String name, DescribeConfigsResource resource) {
        List<String> names = resource.configurationKeys();
        return names == null || names.isEmpty() || names.contains(name);
    }

    private static DescribeConfigsResult result(
            DescribeConfigsResource resource, List<DescribeConfigsResourceResult> configs) {
        return DescribeConfigsResult.builder()
                .errorMessage(null)
                .resourceType(resource.resourceType())
                .resourceName(resource.resourceName())
                .configs(configs)
                .build();
    }

    private static DescribeConfigsResult refused(
            DescribeConfigsResource resource, ErrorCode error, @Nullable String message) {
        return DescribeConfigsResult.builder()
                .errorCode(error.code())
                .errorMessage(message)
                .resourceType(resource.resourceType())
                .resourceName(resource.resourceName())
                .configs(List.of())
                .build();
    }
}
