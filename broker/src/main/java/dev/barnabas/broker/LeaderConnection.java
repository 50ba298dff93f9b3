package dev.barnabas.broker;

import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Frame;
import dev.barnabas.host.Loop;
import dev.barnabas.host.Network;
import dev.barnabas.peer.Answer;
import dev.barnabas.peer.Call;
import dev.barnabas.peer.Peer;
import dev.barnabas.peer.PeerFault;
import dev.barnabas.peer.PeerListener;
import dev.barnabas.peer.Reply;
import dev.barnabas.protocol.message.FetchRequest;
import dev.barnabas.protocol.message.FetchResponse;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection of a {@link ReplicaFetcher} to its leader: opened when there is something to follow, and opened again
 * after a pause, which grows until something is answered. Owned by the loop.
 */
final class LeaderConnection {

    /** Topics by id, and the follower's broker epoch. */
    private static final int LOWEST_VERSION = 17;

    private static final Logger log = LoggerFactory.getLogger(LeaderConnection.class);

    private final Loop loop;
    private final Network network;
    private final int leader;
    private final BrokerAddresses leaders;
    private final String clusterId;
    private final FetcherSettings settings;
    private final Listener listener;
    private final RetryDelay delay;
    private @Nullable Peer peer;
    private Loop.@Nullable Timer retry;
    private int unanswered;
    private long oldestUnansweredNanos;
    private boolean closed;

    /** Who fetches. */
    interface Listener {

        void opened();

        /** @param frame holds the records of the response; to be released once, when nobody looks at them any more */
        void answered(FetchResponse response, Frame frame, FollowerSession.Step step, long number);

        /** Nothing that was sent will be answered. */
        void lost();
    }

    LeaderConnection(
            Loop loop,
            Network network,
            int leader,
            BrokerAddresses leaders,
            String clusterId,
            FetcherSettings settings,
            Listener listener) {
        this.loop = loop;
        this.network = network;
        this.leader = leader;
        this.leaders = leaders;
        this.clusterId = clusterId;
        this.settings = settings;
        this.listener = listener;
        this.delay = new RetryDelay(settings.mostBackoff());
    }

    boolean isOpen() {
        return peer != null && peer.isOpen();
    }

    int unanswered() {
        return unanswered;
    }

    /** Connects unless it is connected: somebody knows that the leader is there. */
    void leaderIsThere() {
        if (closed) {
            return;
        }
        boolean silent = unanswered > 0
                && loop.clock().nanos() - oldestUnansweredNanos
                        > settings.maxWait().toNanos() + FetcherSettings.SILENCE.toNanos();
        if (silent) {
            drop("it was elected, but did not answer");
        }
        if (peer == null) {
            delay.reset();
            connect();
        }
    }

    void send(FetchRequest request, FollowerSession.Step step, long number) {
        Peer open = peer;
        if (open == null) {
            throw new IllegalStateException("not connected to " + leader);
        }
        if (unanswered++ == 0) {
            oldestUnansweredNanos = loop.clock().nanos();
        }
        Call<FetchResponse> call =
                Call.of(request, FetchResponse::read).from(LOWEST_VERSION).readInPlace();
        open.send(call, settings.timeout(), new Reply<>() {
            @Override
            public void answeredInPlace(Answer<FetchResponse> answer, Frame frame) {
                if (peer != open) {
                    frame.release();
                    return;
                }
                unanswered--;
                oldestUnansweredNanos = loop.clock().nanos();
                delay.reset();
                listener.answered(answer.response(), frame, step, number);
            }

            @Override
            public void answered(Answer<FetchResponse> answer) {
                throw new IllegalStateException("read in place");
            }

            @Override
            public void failed(PeerFault fault) {
                if (peer == open) {
                    // This version of the API is not spoken there; everything else closes the peer.
                    drop(fault.message());
                }
            }
        });
    }

    /** Gives the connection up and tries again later. */
    void drop(String why) {
        Peer dropped = peer;
        if (dropped != null) {
            peer = null;
            dropped.close();
            lost(why);
        }
    }

    void close() {
        closed = true;
        stopRetrying();
        Peer open = peer;
        if (open != null) {
            peer = null;
            open.close();
        }
    }

    private void connect() {
        stopRetrying();
        Optional<Endpoint> address = leaders.addressOf(leader);
        if (address.isEmpty()) {
            retryLater();
            return;
        }
        Peer[] opened = new Peer[1];
        opened[0] = Peer.open(
                network,
                loop,
                address.get(),
                settings.peer(),
                new PeerListener() {
                    @Override
                    public void opened() {
                        if (peer == opened[0]) {
                            listener.opened();
                        }
                    }

                    @Override
                    public void closed(PeerFault fault) {
                        if (peer == opened[0]) {
                            peer = null;
                            lost(fault.message());
                        }
                    }
                },
                clusterId,
                leader);
        peer = opened[0];
    }

    private void lost(String why) {
        log.debug("The connection to a leader is gone leader={} why={}", leader, why);
        unanswered = 0;
        retryLater();
        listener.lost();
    }

    private void retryLater() {
        if (!closed && retry == null) {
            retry = loop.schedule(delay.next(), this::connect);
        }
    }

    private void stopRetrying() {
        if (retry != null) {
            retry.cancel();
            retry = null;
        }
    }
}
