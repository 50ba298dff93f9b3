package dev.barnabas.client;

import dev.barnabas.client.ClusterView.Broker;
import dev.barnabas.client.Question.Outcomes;
import dev.barnabas.client.Question.Route;
import dev.barnabas.host.Endpoint;
import dev.barnabas.peer.Answer;
import dev.barnabas.peer.Call;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.DescribeClusterRequest;
import dev.barnabas.protocol.message.DescribeClusterResponse;
import dev.barnabas.protocol.message.DescribeLogDirsRequest;
import dev.barnabas.protocol.message.DescribeLogDirsRequest.DescribableLogDirTopic;
import dev.barnabas.protocol.message.DescribeLogDirsResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Questions about the brokers themselves, see {@link Admin}. */
final class BrokerQuestions {

    private BrokerQuestions() {}

    /** One key only, whatever it is. */
    static Question<String, Admin.ClusterDescription, DescribeClusterResponse> cluster() {
        return Question.of(
                "describe",
                key -> new Route.Anyone(),
                keys -> Call.of(
                        ApiKey.DESCRIBE_CLUSTER,
                        version -> DescribeClusterRequest.builder()
                                .includeFencedBrokers(version >= 2)
                                .build(),
                        DescribeClusterResponse::read),
                (answer, outcomes) -> {
                    DescribeClusterResponse response = answer.response();
                    outcomes.keys()
                            .forEach(key -> outcomes.outcome(
                                    key, response.errorCode(), response.errorMessage(), () -> description(response)));
                });
    }

    private static Admin.ClusterDescription description(DescribeClusterResponse response) {
        List<Admin.DescribedBroker> brokers = new ArrayList<>();
        response.brokers().forEach(broker -> {
            if (broker.port() >= 0 && broker.port() <= 65_535) {
                brokers.add(new Admin.DescribedBroker(
                        new Broker(broker.brokerId(), new Endpoint(broker.host(), broker.port()), broker.rack()),
                        broker.isFenced()));
            }
        });
        return new Admin.ClusterDescription(response.clusterId(), response.controllerId(), brokers);
    }

    /** @param partitions null for all */
    static Question<Integer, List<LogDirs.Directory>, DescribeLogDirsResponse> logDirs(
            @Nullable Collection<TopicPartition> partitions) {
        return Question.of(
                "describe the log directories of broker",
                Route.Node::new,
                brokers -> Call.of(
                        DescribeLogDirsRequest.builder()
                                .topics(
                                        partitions == null
                                                ? null
                                                : ByTopic.map(
                                                        partitions,
                                                        (topic, some) -> new DescribableLogDirTopic(
                                                                topic, OffsetQuestions.indexes(some))))
                                .build(),
                        DescribeLogDirsResponse::read),
                BrokerQuestions::readLogDirs);
    }

    private static void readLogDirs(
            Answer<DescribeLogDirsResponse> answer, Outcomes<Integer, List<LogDirs.Directory>> outcomes) {
        DescribeLogDirsResponse response = answer.response();
        outcomes.keys()
                .forEach(broker -> outcomes.outcome(
                        broker,
                        response.errorCode(),
                        null,
                        () -> response.results().stream()
                                .map(BrokerQuestions::directory)
                                .toList()));
    }

    private static LogDirs.Directory directory(DescribeLogDirsResponse.DescribeLogDirsResult result) {
        ErrorCode error = ErrorCode.forCode(result.errorCode());
        Map<TopicPartition, LogDirs.Replica> replicas = new HashMap<>();
        result.topics()
                .forEach(topic -> topic.partitions()
                        .forEach(partition -> replicas.put(
                                new TopicPartition(topic.name(), partition.partitionIndex()),
                                new LogDirs.Replica(
                                        partition.partitionSize(), partition.offsetLag(), partition.isFutureKey()))));
        return new LogDirs.Directory(
                result.logDir(),
                error.isError() ? Optional.of(new ClientError.Refused(error, error.message())) : Optional.empty(),
                replicas,
                result.totalBytes(),
                result.usableBytes(),
                result.isCordoned());
    }
}
