package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.message.DescribeGroupsRequest;
import dev.barnabas.protocol.message.DescribeGroupsResponse;
import dev.barnabas.protocol.message.DescribeGroupsResponse.DescribedGroup;
import dev.barnabas.protocol.message.FindCoordinatorRequest;
import dev.barnabas.protocol.message.FindCoordinatorResponse;
import dev.barnabas.protocol.message.MetadataRequest;
import dev.barnabas.protocol.message.MetadataResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** KIP-430: what the client may do, if it asks. The numbers are what Kafka 4.4.0 answers without an authorizer. */
class AuthorizedOperationsTest {

    private static final int OF_A_GROUP = 3400;
    private static final int OF_A_TOPIC = 3576;
    private static final int NOT_ASKED = Integer.MIN_VALUE;

    private final SimulatedNode node = SimulatedNode.start(LogLevels.none());

    @ParameterizedTest
    @CsvSource({
        "3, true, " + OF_A_GROUP,
        "5, true, " + OF_A_GROUP,
        "5, false, " + NOT_ASKED,
        // There is no such group, and since version 6 this is an error.
        "6, true, " + NOT_ASKED
    })
    void ofAGroupAreToldToThoseWhoAsk(int version, boolean asked, int operations) {
        node.ask(FindCoordinatorRequest.builder().key("g").build(), 3, FindCoordinatorResponse.class);
        DescribeGroupsRequest request = DescribeGroupsRequest.builder()
                .groups(List.of("g"))
                .includeAuthorizedOperations(asked)
                .build();

        assertThat(node.ask(request, version, DescribeGroupsResponse.class).groups())
                .extracting(DescribedGroup::authorizedOperations)
                .containsExactly(operations);
    }

    @Test
    void ofATopicAreToldEvenIfItDoesNotExist() {
        MetadataRequest request = MetadataRequest.builder()
                .topics(List.of(MetadataRequest.MetadataRequestTopic.builder()
                        .name("nowhere")
                        .build()))
                .allowAutoTopicCreation(false)
                .includeTopicAuthorizedOperations(true)
                .build();

        assertThat(node.ask(request, 13, MetadataResponse.class).topics())
                .extracting(MetadataResponse.MetadataResponseTopic::topicAuthorizedOperations)
                .containsExactly(OF_A_TOPIC);
    }
}
