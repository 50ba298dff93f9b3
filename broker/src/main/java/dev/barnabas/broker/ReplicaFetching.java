package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.FetchRequest;
import dev.barnabas.protocol.message.FetchResponse;
import dev.barnabas.protocol.message.FetchResponse.PartitionData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One fetch request of a follower under way: reads what is new in the shares of its session, and if that is too little,
 * waits. Owned by the connection's loop.
 *
 * <pre>
 *   READING --- enough, an error, or no time ---> answered
 *      |  ^
 *      |  +-- something new, or time over --+
 *      +------- too little ---------> WAITING
 * </pre>
 */
final class ReplicaFetching {

    /**
     * A follower that waits for records only hears of a newer high watermark after this while, together with what came
     * meanwhile. At once would be bad for producers that send one batch after the other: the next one would come just
     * when the follower's next request is still on its way.
     */
    private static final Duration WATERMARK_DELAY = Duration.ofMillis(5);

    private final Node node;
    private final FetchRequest request;
    private final Call call;
    private final ReplicaSession.Follower follower;
    private final boolean incremental;
    private final int maxBytes;
    private final Map<FetchSession.Key, PartitionData> results = new LinkedHashMap<>();
    private final List<ReplicaShare.Offer> offers = new ArrayList<>();
    private @Nullable ReplicaSession session;
    private int unfinishedShares;
    private boolean waitingNoMore;
    private boolean waiting;
    private boolean newsMeanwhile;
    private boolean urgent;
    private Loop.@Nullable Timer timer;
    private Loop.@Nullable Timer watermarkTimer;

    ReplicaFetching(
            Node node,
            FetchRequest request,
            Call call,
            ReplicaSession.Follower follower,
            boolean incremental,
            int maxResponseBytes) {
        this.node = node;
        this.request = request;
        this.call = call;
        this.follower = follower;
        this.incremental = incremental;
        this.maxBytes = Math.min(Math.max(0, request.maxBytes()), maxResponseBytes);
        this.waitingNoMore = request.maxWaitMs() <= 0;
    }

    FetchRequest request() {
        return request;
    }

    ReplicaSession.Follower follower() {
        return follower;
    }

    /** A partition that no loop can own. */
    void refuse(FetchSession.Key key, ErrorCode error) {
        results.put(key, FetchedTopics.refused(key.partition(), error));
        urgent = true;
    }

    void start(ReplicaSession of) {
        session = of;
        if (!waitingNoMore) {
            timer = call.loop().schedule(Duration.ofMillis(request.maxWaitMs()), this::waitNoMore);
        }
        read();
    }

    private void read() {
        waiting = false;
        newsMeanwhile = false;
        // One more than there are: a share on this loop reads at once.
        unfinishedShares = 1;
        for (ReplicaShare share : session().sharesWithOrders()) {
            ReplicaShare.Orders orders = share.takeOrders();
            unfinishedShares++;
            node.run(
                    share.loop(),
                    () -> share.read(
                            orders,
                            follower,
                            maxBytes,
                            !incremental,
                            found -> node.run(call.loop(), () -> shareFinished(found))));
        }
        shareFinished(List.of());
    }

    private void shareFinished(List<ReplicaShare.Offer> found) {
        offers.addAll(found);
        if (--unfinishedShares == 0) {
            haveRead();
        }
    }

    private void haveRead() {
        long bytes = 0;
        boolean watermark = false;
        for (ReplicaShare.Offer offer : offers) {
            bytes += FetchedTopics.size(offer.result());
            urgent |= offer.urgent();
            watermark |= offer.watermark();
        }
        if (waitingNoMore || urgent || (bytes > 0 && bytes >= request.minBytes()) || request.minBytes() <= 0) {
            answer();
            return;
        }
        putBack();
        waiting = true;
        if (watermark) {
            answerSoon();
        }
        readNews();
    }

    /** Records that are too few are read again with those that come. */
    private void putBack() {
        for (ReplicaShare.Offer offer : offers) {
            if (FetchedTopics.size(offer.result()) > 0) {
                ReplicaShare share = offer.share();
                share.orders().look();
                node.run(share.loop(), () -> share.again(List.of(offer.place())));
            } else {
                results.put(offer.key(), offer.result());
            }
        }
        offers.clear();
    }

    /** @see ReplicaSession#news */
    void news(ReplicaShare.News kind) {
        switch (kind) {
            case LATER -> {}
            case WATERMARK -> answerSoon();
            case RECORDS -> {
                newsMeanwhile = true;
                readNews();
            }
        }
    }

    private void readNews() {
        if (waiting && newsMeanwhile) {
            read();
        }
    }

    private void answerSoon() {
        if (watermarkTimer == null) {
            watermarkTimer = call.loop().schedule(WATERMARK_DELAY, this::waitNoMore);
        }
    }

    /** The time is over, a further request has come, or the session has ended. */
    void waitNoMore() {
        waitingNoMore = true;
        if (waiting) {
            read();
        }
    }

    private void answer() {
        if (timer != null) {
            timer.cancel();
        }
        if (watermarkTimer != null) {
            watermarkTimer.cancel();
        }
        if (call.abandoned()) {
            call.answerNothing();
            session().answered();
            return;
        }
        long room = maxBytes;
        boolean anyRecords = false;
        for (ReplicaShare.Offer offer : offers) {
            PartitionData result = offer.result();
            int size = FetchedTopics.size(result);
            // The first batch of the first partition that has one is always given, so that a follower makes progress.
            if (size > 0 && anyRecords && size > room) {
                offer.share().orders().again(offer.place());
                result = FetchedTopics.withoutRecords(result);
            } else if (size > 0) {
                anyRecords = true;
                room -= size;
            }
            results.put(offer.key(), result);
        }
        FetchedTopics topics = new FetchedTopics();
        results.forEach(topics::add);
        call.answer(FetchResponse.builder()
                .sessionId(session().id())
                .responses(topics.all())
                .build());
        session().answered();
    }

    private ReplicaSession session() {
        ReplicaSession present = session;
        if (present == null) {
            throw new IllegalStateException("not started");
        }
        return present;
    }
}
