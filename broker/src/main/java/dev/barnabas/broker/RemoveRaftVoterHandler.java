package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.RemoveRaftVoterRequest;
import dev.barnabas.protocol.message.RemoveRaftVoterResponse;
import org.jspecify.annotations.Nullable;

/** RemoveRaftVoter 0 (KIP-853): a node loses its vote in the metadata quorum. Answered when it has none any more. */
final class RemoveRaftVoterHandler implements Handler<RemoveRaftVoterRequest> {

    private final ClusterMetadata metadata;
    private final Loop metadataLoop;
    private final String clusterId;

    RemoveRaftVoterHandler(ClusterMetadata metadata, Loop metadataLoop, String clusterId) {
        this.metadata = metadata;
        this.metadataLoop = metadataLoop;
        this.clusterId = clusterId;
    }

    @Override
    public void handle(RemoveRaftVoterRequest request, Call call) {
        String meant = request.clusterId();
        if (meant != null && !meant.equals(clusterId)) {
            call.answer(response(
                    ErrorCode.INCONSISTENT_CLUSTER_ID, "This is the cluster " + clusterId + ", not " + meant + "."));
            return;
        }
        metadataLoop.execute(() -> metadata.quorum()
                .removeVoter(
                        request.voterId(),
                        request.voterDirectoryId(),
                        refusal -> call.loop()
                                .execute(() -> call.answer(refusal.map(why -> response(why.error(), why.message()))
                                        .orElseGet(() -> response(ErrorCode.NONE, null))))));
    }

    private static RemoveRaftVoterResponse response(ErrorCode error, @Nullable String message) {
        return RemoveRaftVoterResponse.builder()
                .errorCode(error.code())
                .errorMessage(message)
                .build();
    }
}
