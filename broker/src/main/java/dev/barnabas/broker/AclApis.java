package dev.barnabas.broker;

import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.CreateAclsRequest;
import dev.barnabas.protocol.message.CreateAclsResponse;
import dev.barnabas.protocol.message.CreateAclsResponse.AclCreationResult;
import dev.barnabas.protocol.message.DeleteAclsRequest;
import dev.barnabas.protocol.message.DeleteAclsResponse;
import dev.barnabas.protocol.message.DeleteAclsResponse.DeleteAclsFilterResult;
import dev.barnabas.protocol.message.DescribeAclsRequest;
import dev.barnabas.protocol.message.DescribeAclsResponse;
import java.util.Collections;
import java.util.List;

/**
 * DescribeAcls, CreateAcls and DeleteAcls 1-3 of a broker without an authorizer: everybody may do everything, there is
 * nothing to describe or change, and each is answered with SECURITY_DISABLED, as by Kafka without one. Clients that
 * guess a broker's version from what it can be asked (kafka-python) look for these.
 */
final class AclApis {

    private static final String WHY = "No authorizer is configured: everybody may do everything.";

    private AclApis() {}

    static List<Api<?>> of() {
        return List.of(
                Api.of(ApiKey.DESCRIBE_ACLS, DescribeAclsRequest.class, (_, call) -> call.answer(described())),
                Api.of(
                        ApiKey.CREATE_ACLS,
                        CreateAclsRequest.class,
                        (request, call) ->
                                call.answer(created(request.creations().size()))),
                Api.of(
                        ApiKey.DELETE_ACLS,
                        DeleteAclsRequest.class,
                        (request, call) -> call.answer(deleted(request.filters().size()))));
    }

    private static DescribeAclsResponse described() {
        return DescribeAclsResponse.builder()
                .errorCode(ErrorCode.SECURITY_DISABLED.code())
                .errorMessage(WHY)
                .build();
    }

    private static CreateAclsResponse created(int count) {
        AclCreationResult result = AclCreationResult.builder()
                .errorCode(ErrorCode.SECURITY_DISABLED.code())
                .errorMessage(WHY)
                .build();
        return CreateAclsResponse.builder()
                .results(Collections.nCopies(count, result))
                .build();
    }

    private static DeleteAclsResponse deleted(int count) {
        DeleteAclsFilterResult result = DeleteAclsFilterResult.builder()
                .errorCode(ErrorCode.SECURITY_DISABLED.code())
                .errorMessage(WHY)
                .build();
        return DeleteAclsResponse.builder()
                .filterResults(Collections.nCopies(count, result))
                .build();
    }
}
