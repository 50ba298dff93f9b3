package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.CreateAclsRequest;
import dev.barnabas.protocol.message.CreateAclsResponse;
import dev.barnabas.protocol.message.DeleteAclsRequest;
import dev.barnabas.protocol.message.DeleteAclsResponse;
import dev.barnabas.protocol.message.DescribeAclsRequest;
import dev.barnabas.protocol.message.DescribeAclsResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is not offered is refused with an error that makes clients give up at once, and say why. */
class NotOfferedTest {

    private final SimulatedNode node = SimulatedNode.start(LogLevels.none());

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
