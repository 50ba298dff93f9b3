package dev.barnabas.broker;

import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.AlterUserScramCredentialsRequest;
import dev.barnabas.protocol.message.AlterUserScramCredentialsResponse;
import dev.barnabas.protocol.message.AlterUserScramCredentialsResponse.AlterUserScramCredentialsResult;
import dev.barnabas.protocol.message.CreateDelegationTokenRequest;
import dev.barnabas.protocol.message.CreateDelegationTokenResponse;
import dev.barnabas.protocol.message.DescribeDelegationTokenRequest;
import dev.barnabas.protocol.message.DescribeDelegationTokenResponse;
import dev.barnabas.protocol.message.DescribeUserScramCredentialsRequest;
import dev.barnabas.protocol.message.DescribeUserScramCredentialsResponse;
import dev.barnabas.protocol.message.DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult;
import dev.barnabas.protocol.message.ExpireDelegationTokenRequest;
import dev.barnabas.protocol.message.ExpireDelegationTokenResponse;
import dev.barnabas.protocol.message.RenewDelegationTokenRequest;
import dev.barnabas.protocol.message.RenewDelegationTokenResponse;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What is asked about credentials of a broker where nobody has to say who he is: there are none to describe
 * (DescribeUserScramCredentials 0), none can be stored (AlterUserScramCredentials 0 is refused with SECURITY_DISABLED,
 * so that no password seems to protect anything), and there are no delegation tokens (Create-, Renew-, Expire- and
 * DescribeDelegationToken 1-3 are refused with DELEGATION_TOKEN_REQUEST_NOT_ALLOWED, as by Kafka on a plaintext
 * connection).
 */
final class CredentialApis {

    private static final String WHY = "Nobody has to authenticate: credentials would protect nothing.";
    private static final short NO_TOKENS = ErrorCode.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.code();

    private CredentialApis() {}

    static List<Api<?>> of() {
        return List.of(
                Api.of(
                        ApiKey.DESCRIBE_USER_SCRAM_CREDENTIALS,
                        DescribeUserScramCredentialsRequest.class,
                        (request, call) -> call.answer(described(request))),
                Api.of(
                        ApiKey.ALTER_USER_SCRAM_CREDENTIALS,
                        AlterUserScramCredentialsRequest.class,
                        (request, call) -> call.answer(altered(request))),
                Api.of(
                        ApiKey.CREATE_DELEGATION_TOKEN,
                        CreateDelegationTokenRequest.class,
                        (_, call) -> call.answer(CreateDelegationTokenResponse.builder()
                                .errorCode(NO_TOKENS)
                                .build())),
                Api.of(
                        ApiKey.RENEW_DELEGATION_TOKEN,
                        RenewDelegationTokenRequest.class,
                        (_, call) -> call.answer(RenewDelegationTokenResponse.builder()
                                .errorCode(NO_TOKENS)
                                .build())),
                Api.of(
                        ApiKey.EXPIRE_DELEGATION_TOKEN,
                        ExpireDelegationTokenRequest.class,
                        (_, call) -> call.answer(ExpireDelegationTokenResponse.builder()
                                .errorCode(NO_TOKENS)
                                .build())),
                Api.of(
                        ApiKey.DESCRIBE_DELEGATION_TOKEN,
                        DescribeDelegationTokenRequest.class,
                        (_, call) -> call.answer(DescribeDelegationTokenResponse.builder()
                                .errorCode(NO_TOKENS)
                                .build())));
    }

    private static DescribeUserScramCredentialsResponse described(DescribeUserScramCredentialsRequest request) {
        List<DescribeUserScramCredentialsRequest.UserName> users = request.users();
        Set<String> names = new LinkedHashSet<>();
        if (users != null) {
            users.forEach(user -> names.add(user.name()));
        }
        return DescribeUserScramCredentialsResponse.builder()
                .results(names.stream()
                        .map(name -> DescribeUserScramCredentialsResult.builder()
                                .user(name)
                                .errorCode(ErrorCode.RESOURCE_NOT_FOUND.code())
                                .errorMessage("Attempt to describe a user credential that does not exist: " + name)
                                .build())
                        .toList())
                .build();
    }

    private static AlterUserScramCredentialsResponse altered(AlterUserScramCredentialsRequest request) {
        Set<String> names = new LinkedHashSet<>();
        request.deletions().forEach(deletion -> names.add(deletion.name()));
        request.upsertions().forEach(upsertion -> names.add(upsertion.name()));
        return AlterUserScramCredentialsResponse.builder()
                .results(names.stream()
                        .map(name -> new AlterUserScramCredentialsResult(name, ErrorCode.SECURITY_DISABLED.code(), WHY))
                        .toList())
                .build();
    }
}
