package dev.barnabas.client;

import dev.barnabas.client.Question.Outcomes;
import dev.barnabas.client.Question.Route;
import dev.barnabas.peer.Answer;
import dev.barnabas.peer.Call;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.message.DescribeConfigsRequest;
import dev.barnabas.protocol.message.DescribeConfigsRequest.DescribeConfigsResource;
import dev.barnabas.protocol.message.DescribeConfigsResponse;
import dev.barnabas.protocol.message.IncrementalAlterConfigsRequest;
import dev.barnabas.protocol.message.IncrementalAlterConfigsRequest.AlterConfigsResource;
import dev.barnabas.protocol.message.IncrementalAlterConfigsRequest.AlterableConfig;
import dev.barnabas.protocol.message.IncrementalAlterConfigsResponse;
import dev.barnabas.protocol.message.ListConfigResourcesRequest;
import dev.barnabas.protocol.message.ListConfigResourcesResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Questions about settings, see {@link Admin}. */
final class ConfigQuestions {

    private ConfigQuestions() {}

    /** A broker knows its own settings; those of everything else are known everywhere. */
    private static Route route(Configs.Resource resource) {
        boolean ofOneBroker = resource.kind() == Configs.Kind.BROKER || resource.kind() == Configs.Kind.BROKER_LOGGER;
        return ofOneBroker && resource.name().matches("[0-9]{1,9}")
                ? new Route.Node(Integer.parseInt(resource.name()))
                : new Route.Anyone();
    }

    static Question<Configs.Resource, List<Configs.Entry>, DescribeConfigsResponse> describe(
            boolean synonyms, boolean documentation) {
        return Question.of(
                "describe configs of",
                ConfigQuestions::route,
                resources -> Call.of(
                        ApiKey.DESCRIBE_CONFIGS,
                        version -> DescribeConfigsRequest.builder()
                                .resources(resources.stream()
                                        .map(resource -> DescribeConfigsResource.builder()
                                                .resourceType(resource.kind().code())
                                                .resourceName(resource.name())
                                                .configurationKeys(null)
                                                .build())
                                        .toList())
                                .includeSynonyms(synonyms)
                                .includeDocumentation(documentation && version >= 3)
                                .build(),
                        DescribeConfigsResponse::read),
                ConfigQuestions::readDescribed);
    }

    private static void readDescribed(
            Answer<DescribeConfigsResponse> answer, Outcomes<Configs.Resource, List<Configs.Entry>> outcomes) {
        for (DescribeConfigsResponse.DescribeConfigsResult result :
                answer.response().results()) {
            Configs.Kind.of(result.resourceType())
                    .ifPresent(kind -> outcomes.outcome(
                            new Configs.Resource(kind, result.resourceName()),
                            result.errorCode(),
                            result.errorMessage(),
                            () -> result.configs().stream()
                                    .map(ConfigQuestions::entry)
                                    .toList()));
        }
    }

    private static Configs.Entry entry(DescribeConfigsResponse.DescribeConfigsResourceResult config) {
        return new Configs.Entry(
                config.name(),
                config.value(),
                Configs.Source.of(config.configSource()),
                Configs.Type.of(config.configType()),
                config.readOnly(),
                config.isSensitive(),
                config.synonyms().stream()
                        .map(synonym -> new Configs.Synonym(
                                synonym.name(), synonym.value(), Configs.Source.of(synonym.source())))
                        .toList(),
                config.documentation());
    }

    static Question<Configs.Resource, Done, IncrementalAlterConfigsResponse> alter(
            Map<Configs.Resource, List<Configs.Change>> changes, boolean validateOnly) {
        return Question.<Configs.Resource, Done, IncrementalAlterConfigsResponse>of(
                        "alter configs of",
                        ConfigQuestions::route,
                        resources -> Call.of(
                                IncrementalAlterConfigsRequest.builder()
                                        .resources(resources.stream()
                                                .map(resource -> new AlterConfigsResource(
                                                        resource.kind().code(),
                                                        resource.name(),
                                                        changes.getOrDefault(resource, List.of()).stream()
                                                                .map(ConfigQuestions::alterable)
                                                                .toList()))
                                                .toList())
                                        .validateOnly(validateOnly)
                                        .build(),
                                IncrementalAlterConfigsResponse::read),
                        (answer, outcomes) -> answer.response()
                                .responses()
                                .forEach(result -> Configs.Kind.of(result.resourceType())
                                        .ifPresent(kind -> outcomes.outcome(
                                                new Configs.Resource(kind, result.resourceName()),
                                                result.errorCode(),
                                                result.errorMessage(),
                                                () -> Done.DONE))))
                .finalUnlessMisdirected();
    }

    private static AlterableConfig alterable(Configs.Change change) {
        return switch (change) {
            case Configs.Change.Set(String name, String value) -> new AlterableConfig(name, (byte) 0, value);
            case Configs.Change.Delete(String name) -> new AlterableConfig(name, (byte) 1, null);
            case Configs.Change.Append(String name, String value) -> new AlterableConfig(name, (byte) 2, value);
            case Configs.Change.Subtract(String name, String value) -> new AlterableConfig(name, (byte) 3, value);
        };
    }

    /** The key is the set of kinds; empty means all. */
    static Question<Set<Configs.Kind>, List<Configs.Resource>, ListConfigResourcesResponse> list() {
        return Question.<Set<Configs.Kind>, List<Configs.Resource>, ListConfigResourcesResponse>of(
                        "list resources with configs of kinds",
                        kinds -> new Route.Anyone(),
                        keys -> Call.of(
                                        ListConfigResourcesRequest.builder()
                                                .resourceTypes(keys.getFirst().stream()
                                                        .map(Configs.Kind::code)
                                                        .sorted()
                                                        .toList())
                                                .build(),
                                        ListConfigResourcesResponse::read)
                                // Version 0 lists client metrics only, whatever is asked for.
                                .from(1),
                        (answer, outcomes) -> outcomes.keys()
                                .forEach(kinds -> outcomes.outcome(
                                        kinds,
                                        answer.response().errorCode(),
                                        null,
                                        () -> answer.response().configResources().stream()
                                                .flatMap(resource -> Configs.Kind.of(resource.resourceType()).stream()
                                                        .map(kind ->
                                                                new Configs.Resource(kind, resource.resourceName())))
                                                .toList())))
                .oneByOne();
    }
}
