package dev.barnabas.broker;

import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.Quorum;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.AddRaftVoterRequest;
import dev.barnabas.protocol.message.AddRaftVoterResponse;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * AddRaftVoter 0-1 (KIP-853): a node gets a vote in the metadata quorum. Answered when it has it.
 *
 * <ul>
 *   <li>v1 (KIP-1186): who asks need not wait for that; here he waits all the same, which is never wrong.
 * </ul>
 *
 * <p>When the time is up the answer is REQUEST_TIMED_OUT; the node may still become a voter.
 */
final class AddRaftVoterHandler implements Handler<AddRaftVoterRequest> {

    private final ClusterMetadata metadata;
    private final Loop metadataLoop;
    private final String clusterId;
    private final String listenerName;

    /** @param listenerName that of the listeners on which members reach each other */
    AddRaftVoterHandler(ClusterMetadata metadata, Loop metadataLoop, String clusterId, String listenerName) {
        this.metadata = metadata;
        this.metadataLoop = metadataLoop;
        this.clusterId = clusterId;
        this.listenerName = listenerName;
    }

    @Override
    public void handle(AddRaftVoterRequest request, Call call) {
        String meant = request.clusterId();
        if (meant != null && !meant.equals(clusterId)) {
            call.answer(response(
                    ErrorCode.INCONSISTENT_CLUSTER_ID, "This is the cluster " + clusterId + ", not " + meant + "."));
            return;
        }
        Optional<AddRaftVoterRequest.Listener> listener = request.listeners().stream()
                .filter(each -> each.name().equals(listenerName))
                .findFirst();
        if (request.voterId() < 0 || listener.isEmpty() || listener.get().port() == 0) {
            call.answer(response(
                    ErrorCode.INVALID_REQUEST,
                    "A voter has an id of 0 or more, and an address whose listener is named " + listenerName
                            + ", on which the others reach it."));
            return;
        }
        Quorum.Voter voter = new Quorum.Voter(
                request.voterId(),
                request.voterDirectoryId(),
                new Endpoint(listener.get().host(), listener.get().port()));
        Answers<AddRaftVoterResponse> answers = new Answers<>(call.loop());
        Consumer<AddRaftVoterResponse> then =
                answers.expect(response(ErrorCode.REQUEST_TIMED_OUT, ErrorCode.REQUEST_TIMED_OUT.message()));
        metadataLoop.execute(() -> metadata.quorum()
                .addVoter(
                        voter,
                        refusal -> call.loop()
                                .execute(() -> then.accept(refusal.map(why -> response(why.error(), why.message()))
                                        .orElseGet(() -> response(ErrorCode.NONE, null))))));
        answers.await(request.timeoutMs(), responses -> call.answer(responses.getFirst()));
    }

    private static AddRaftVoterResponse response(ErrorCode error, @Nullable String message) {
        return AddRaftVoterResponse.builder()
                .errorCode(error.code())
                .errorMessage(message)
                .build();
    }
}
