package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.CreateAclsRequest;
import dev.barnabas.protocol.message.CreateAclsResponse;
import dev.barnabas.protocol.message.DeleteAclsRequest;
import dev.barnabas.protocol.message.DeleteAclsResponse;
import dev.barnabas.protocol.message.DescribeAclsRequest;
import dev.barnabas.protocol.message.DescribeAclsResponse;
import dev.barnabas.protocol.message.FindCoordinatorRequest;
import dev.barnabas.protocol.message.FindCoordinatorResponse;
import dev.barnabas.protocol.message.InitProducerIdRequest;
import dev.barnabas.protocol.message.InitProducerIdResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not offered is refused with an error that makes clients give up at once, and say why. */
class NotOfferedTest {

    private static final byte TRANSACTION = 1;

    private final SimulatedNode node = SimulatedNode.start(LogLevels.none());

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aClientThatNamesOneTransactionalIdIsToldThatItMayNotUseIt(int version) {
        FindCoordinatorRequest request = FindCoordinatorRequest.builder()
                .keyType(TRANSACTION)
                .key("mine")
                .build();

        FindCoordinatorResponse answer = node.ask(request, version, FindCoordinatorResponse.class);

        assertThat(ErrorCode.forCode(answer.errorCode())).isEqualTo(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
        assertThat(answer.errorMessage()).contains("does not support transactions");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6})
    void aClientThatNamesManyTransactionalIdsIsToldThatTheyAreNotSupported(int version) {
        FindCoordinatorRequest request = FindCoordinatorRequest.builder()
                .keyType(TRANSACTION)
                .coordinatorKeys(List.of("mine", "yours"))
                .build();

        FindCoordinatorResponse answer = node.ask(request, version, FindCoordinatorResponse.class);

        assertThat(answer.coordinators()).hasSize(2).allSatisfy(coordinator -> {
            assertThat(ErrorCode.forCode(coordinator.errorCode())).isEqualTo(ErrorCode.UNSUPPORTED_VERSION);
            assertThat(coordinator.errorMessage()).contains("does not support transactions");
        });
    }

    @ParameterizedTest
    @CsvSource({"mine, TRANSACTIONAL_ID_AUTHORIZATION_FAILED", "'', INVALID_REQUEST"})
    void aProducerWithATransactionalIdGetsNoProducerId(String transactionalId, ErrorCode error) {
        InitProducerIdRequest request = InitProducerIdRequest.builder()
                .transactionalId(transactionalId)
                .transactionTimeoutMs(1_000)
                .build();

        InitProducerIdResponse answer = node.ask(request, 5, InitProducerIdResponse.class);

        assertThat(ErrorCode.forCode(answer.errorCode())).isEqualTo(error);
        assertThat(answer.producerId()).isEqualTo(-1);
    }

    @Test
    void thereAreNoAclsWithoutAnAuthorizer() {
        DescribeAclsRequest describe = DescribeAclsRequest.builder().build();
        CreateAclsRequest create = CreateAclsRequest.builder()
                .creations(List.of(
                        CreateAclsRequest.AclCreation.builder().build(),
                        CreateAclsRequest.AclCreation.builder().build()))
                .build();
        DeleteAclsRequest delete = DeleteAclsRequest.builder()
                .filters(List.of(DeleteAclsRequest.DeleteAclsFilter.builder().build()))
                .build();

        short disabled = ErrorCode.SECURITY_DISABLED.code();
        assertThat(node.ask(describe, 3, DescribeAclsResponse.class).errorCode())
                .isEqualTo(disabled);
        assertThat(node.ask(create, 3, CreateAclsResponse.class).results())
                .extracting(CreateAclsResponse.AclCreationResult::errorCode)
                .containsExactly(disabled, disabled);
        assertThat(node.ask(delete, 3, DeleteAclsResponse.class).filterResults())
                .extracting(DeleteAclsResponse.DeleteAclsFilterResult::errorCode)
                .containsExactly(disabled);
    }
}
