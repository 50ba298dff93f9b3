package dev.barnabas.broker;

import dev.barnabas.metadata.Answer;
import dev.barnabas.metadata.BrokerHeartbeat;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.BrokerHeartbeatRequest;
import dev.barnabas.protocol.message.BrokerHeartbeatResponse;
import java.util.List;

/**
 * BrokerHeartbeat 0-2 (KIP-631): a broker lives, and says what it wants.
 *
 * <ul>
 *   <li>v1 (KIP-858): the directories that have failed.
 *   <li>v2 (KIP-1066): the cordoned directories, in which nothing new is to be put. Here those are the ones without
 *       room, and what is in them already is led by others, too.
 * </ul>
 */
final class BrokerHeartbeatHandler implements Handler<BrokerHeartbeatRequest> {

    private final ClusterMetadata metadata;
    private final BrokerWatch watch;

    BrokerHeartbeatHandler(ClusterMetadata metadata, BrokerWatch watch) {
        this.metadata = metadata;
        this.watch = watch;
    }

    @Override
    public void handle(BrokerHeartbeatRequest request, Call call) {
        call.whenClosed(new Gone(watch, request.brokerId(), request.brokerEpoch()));
        BrokerHeartbeat wish = new BrokerHeartbeat(
                request.brokerId(),
                request.brokerEpoch(),
                request.currentMetadataOffset(),
                request.wantFence(),
                request.wantShutDown(),
                request.offlineLogDirs(),
                fullDirectories(request));
        metadata.submit(wish, call.loop(), answer -> {
            switch (answer) {
                case Answer.Granted<BrokerHeartbeat.State>(BrokerHeartbeat.State state) -> {
                    watch.heard(request.brokerId(), request.brokerEpoch(), request.currentMetadataOffset());
                    if (state.shouldShutDown()) {
                        watch.whenAllKnow(call.loop(), () -> call.answer(response(state)));
                    } else {
                        call.answer(response(state));
                    }
                }
                case Answer.Refused<BrokerHeartbeat.State>(var refusal) ->
                    call.answer(BrokerHeartbeatResponse.builder()
                            .errorCode(refusal.error().code())
                            .build());
            }
        });
    }

    private static List<Uuid> fullDirectories(BrokerHeartbeatRequest request) {
        List<Uuid> cordoned = request.cordonedLogDirs();
        return cordoned == null ? List.of() : cordoned;
    }

    private static BrokerHeartbeatResponse response(BrokerHeartbeat.State state) {
        return BrokerHeartbeatResponse.builder()
                .isCaughtUp(state.caughtUp())
                .isFenced(state.fenced())
                .shouldShutDown(state.shouldShutDown())
                .build();
    }

    /** The connection on which a broker's heartbeats come has closed. */
    private record Gone(BrokerWatch watch, int broker, long epoch) implements Runnable {
        @Override
        public void run() {
            watch.disconnected(broker, epoch);
        }
    }
}
