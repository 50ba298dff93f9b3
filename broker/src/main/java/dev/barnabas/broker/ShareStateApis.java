package dev.barnabas.broker;

import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.message.DeleteShareGroupStateRequest;
import dev.barnabas.protocol.message.InitializeShareGroupStateRequest;
import dev.barnabas.protocol.message.ReadShareGroupStateRequest;
import dev.barnabas.protocol.message.ReadShareGroupStateSummaryRequest;
import dev.barnabas.protocol.message.WriteShareGroupStateRequest;
import dev.barnabas.share.ShareCoordinator;
import java.util.List;

/** The APIs of the states of share groups: each goes to the shards that store them. Brokers ask them. */
final class ShareStateApis {

    private ShareStateApis() {}

    static List<Api<?>> of(ShareCoordinator states) {
        return List.of(
                Api.of(
                        ApiKey.INITIALIZE_SHARE_GROUP_STATE,
                        InitializeShareGroupStateRequest.class,
                        (request, call) -> states.initialize(request, call.loop(), call::answer)),
                Api.of(
                        ApiKey.READ_SHARE_GROUP_STATE,
                        ReadShareGroupStateRequest.class,
                        (request, call) -> states.read(request, call.loop(), call::answer)),
                Api.of(
                        ApiKey.WRITE_SHARE_GROUP_STATE,
                        WriteShareGroupStateRequest.class,
                        (request, call) -> states.write(request, call.loop(), call::answer)),
                Api.of(
                        ApiKey.DELETE_SHARE_GROUP_STATE,
                        DeleteShareGroupStateRequest.class,
                        (request, call) -> states.delete(request, call.loop(), call::answer)),
                Api.of(
                        ApiKey.READ_SHARE_GROUP_STATE_SUMMARY,
                        ReadShareGroupStateSummaryRequest.class,
                        (request, call) -> states.summarize(request, call.loop(), call::answer)));
    }
}
