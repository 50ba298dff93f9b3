package dev.barnabas.broker;

import dev.barnabas.broker.ShareSession.Place;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.ShareFetchRequest;
import dev.barnabas.protocol.message.ShareFetchResponse;
import dev.barnabas.protocol.message.ShareFetchResponse.PartitionData;
import dev.barnabas.share.AcquireLimits;
import dev.barnabas.share.Holder;
import dev.barnabas.share.ShareKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One share fetch under way. It asks partition by partition, on the loops that own them, until it has as many records
 * as it may; when there are none it waits until some come, or its time is over. What the request acknowledges goes
 * beside, and is answered with it. Owned by the loop of the connection.
 *
 * <pre>
 *   TAKING --- records, an error, or no time ---> answered, when the acknowledgements are, too
 *      |  ^
 *      |  +-- there may be records, or time over --+
 *      +------- nothing -----------------------> WAITING
 * </pre>
 */
final class ShareFetching {

    private static final byte RECORD_LIMIT = 1;
    private static final int WAKES_IN_VAIN = 4;
    private static final Duration BREATH = Duration.ofMillis(10);

    private final Node node;
    private final ShareParts parts;
    private final ShareFetchRequest request;
    private final Member member;
    private final Call call;
    private final List<Place> places;
    private final int maxBytes;
    private final Map<Place, LedShare.Taken> taken = new LinkedHashMap<>();
    private Map<Place, ErrorCode> acknowledged = Map.of();
    private Runnable afterwards = () -> {};
    private boolean tellsAll;
    private boolean hasAcknowledged;
    private boolean hasTaken;
    private boolean timeOver;
    private boolean isWaiting;
    /** A task that belongs to an earlier wait does nothing. */
    private int waits;

    private int next;
    private boolean isGoing;
    private boolean isToGoOn;
    private long recordsLeft;
    private int bytesLeft;
    private Loop.@Nullable Timer timer;

    /** Who fetches. */
    record Member(String groupId, String memberId, Holder holder) {}

    ShareFetching(
            Node node,
            ShareParts parts,
            ShareFetchRequest request,
            Member member,
            Call call,
            List<Place> places,
            int maxBytes) {
        this.node = node;
        this.parts = parts;
        this.request = request;
        this.member = member;
        this.call = call;
        this.places = places;
        this.maxBytes = maxBytes;
    }

    /**
     * @param all whether each partition is in the answer; else only those of which there is something to say
     * @param before the answer this runs
     */
    void start(ShareAcknowledgements acknowledgements, boolean all, Runnable before) {
        tellsAll = all;
        afterwards = before;
        timeOver = request.maxWaitMs() <= 0;
        acknowledgements.tell(node, parts.partitions(), member.groupId, member.memberId, call.loop(), outcomes -> {
            acknowledged = outcomes;
            hasAcknowledged = true;
            finish();
        });
        if (places.isEmpty() || request.maxRecords() <= 0 || maxBytes == 0) {
            hasTaken = true;
            finish();
        } else {
            take();
        }
    }

    private void take() {
        isWaiting = false;
        if (call.abandoned()) {
            stopTimer();
            call.answerNothing();
            return;
        }
        taken.clear();
        recordsLeft = request.maxRecords();
        bytesLeft = maxBytes;
        next = 0;
        goOn();
    }

    /** From one partition to the next, without a deeper stack where each answers at once. */
    private void goOn() {
        isToGoOn = true;
        if (isGoing) {
            return;
        }
        isGoing = true;
        while (isToGoOn) {
            isToGoOn = false;
            takeNext();
        }
        isGoing = false;
    }

    private void takeNext() {
        if (next == places.size() || recordsLeft <= 0 || bytesLeft <= 0) {
            haveTaken();
            return;
        }
        Place place = places.get(next++);
        ErrorCode error = ShareAcknowledgements.check(node, place);
        if (error != ErrorCode.NONE) {
            have(place, LedShare.Taken.refused(error));
            return;
        }
        int owner = node.ownerOf(place.topicId(), place.partition());
        AcquireLimits limits = new AcquireLimits(
                (int) Math.min(recordsLeft, Integer.MAX_VALUE),
                Math.max(1, request.batchSize()),
                request.shareAcquireMode() == RECORD_LIMIT);
        int bytes = bytesLeft;
        boolean waitsForMore = !timeOver && request.minBytes() > 1 && places.size() == 1;
        node.run(node.share(owner).loop(), () -> {
            switch (parts.partitions().get(owner).find(key(place))) {
                case SharePartitions.Found.Refused(ErrorCode refused) -> back(place, LedShare.Taken.refused(refused));
                case SharePartitions.Found.Here(LedShare led) -> {
                    if (waitsForMore && led.readableBytes(bytes) < request.minBytes()) {
                        back(place, LedShare.Taken.NOTHING);
                    } else {
                        led.take(member.holder, limits, bytes, result -> back(place, result));
                    }
                }
            }
        });
    }

    private void back(Place place, LedShare.Taken result) {
        node.run(call.loop(), () -> have(place, result));
    }

    private void have(Place place, LedShare.Taken result) {
        if (isToBeTold(result)) {
            taken.put(place, result);
        }
        recordsLeft -= result.count();
        bytesLeft -= result.records().sizeInBytes();
        goOn();
    }

    /** What only means that it has to be read again is no error to a member: there is nothing, for the moment. */
    private static boolean isToBeTold(LedShare.Taken result) {
        return switch (result.error()) {
            case NONE -> !result.acquired().isEmpty();
            case COORDINATOR_NOT_AVAILABLE, FENCED_STATE_EPOCH, GROUP_ID_NOT_FOUND -> false;
            default -> true;
        };
    }

    private void haveTaken() {
        if (taken.isEmpty() && !timeOver && !call.abandoned()) {
            await();
            return;
        }
        stopTimer();
        hasTaken = true;
        finish();
    }

    private void await() {
        if (timer == null) {
            timer = call.loop().schedule(Duration.ofMillis(request.maxWaitMs()), this::timeIsOver);
        }
        isWaiting = true;
        int wait = ++waits;
        if (wait % WAKES_IN_VAIN == 0) {
            // Others were faster each time, or there is something that cannot be had: no hurry.
            call.loop().schedule(BREATH, () -> register(wait));
        } else {
            register(wait);
        }
    }

    private void register(int wait) {
        for (Place place : places) {
            if (!isWaiting || wait != waits) {
                // One of them had something at once.
                return;
            }
            int owner = node.ownerOf(place.topicId(), place.partition());
            node.run(node.share(owner).loop(), () -> {
                LedShare led = parts.partitions().get(owner).ifLoaded(key(place));
                if (led != null) {
                    led.await(new Woken(this, wait));
                }
            });
        }
    }

    /** Equal to itself only, so that it can be taken back. */
    private record Woken(ShareFetching fetching, int turn) implements Runnable {
        @Override
        public void run() {
            fetching.node.run(fetching.call.loop(), () -> fetching.woken(turn));
        }
    }

    private void woken(int turn) {
        if (isWaiting && turn == waits) {
            forget();
            take();
        } else {
            // It was meant for somebody who needs it no more.
            passOn();
        }
    }

    private void timeIsOver() {
        timeOver = true;
        if (isWaiting) {
            forget();
            take();
        }
    }

    private void forget() {
        Woken mine = new Woken(this, waits);
        for (Place place : places) {
            int owner = node.ownerOf(place.topicId(), place.partition());
            node.run(node.share(owner).loop(), () -> {
                LedShare led = parts.partitions().get(owner).ifLoaded(key(place));
                if (led != null) {
                    led.forget(mine);
                }
            });
        }
    }

    private void passOn() {
        for (Place place : places) {
            int owner = node.ownerOf(place.topicId(), place.partition());
            node.run(node.share(owner).loop(), () -> {
                LedShare led = parts.partitions().get(owner).ifLoaded(key(place));
                if (led != null) {
                    led.available();
                }
            });
        }
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private ShareKey key(Place place) {
        return new ShareKey(member.groupId, place.topicId(), place.partition());
    }

    private void finish() {
        if (hasTaken && hasAcknowledged) {
            afterwards.run();
            call.answer(response());
        }
    }

    private ShareFetchResponse response() {
        LeaderHints hints = new LeaderHints(node, call.listener());
        Map<Place, LedShare.Taken> told = new LinkedHashMap<>(taken);
        acknowledged.keySet().forEach(place -> told.putIfAbsent(place, LedShare.Taken.NOTHING));
        if (tellsAll) {
            places.forEach(place -> told.putIfAbsent(place, LedShare.Taken.NOTHING));
        }
        Map<Uuid, List<PartitionData>> byTopic = new LinkedHashMap<>();
        told.forEach((place, result) ->
                byTopic.computeIfAbsent(place.topicId(), _ -> new ArrayList<>()).add(partition(place, result, hints)));
        List<ShareFetchResponse.ShareFetchableTopicResponse> topics = new ArrayList<>();
        byTopic.forEach((topicId, partitions) ->
                topics.add(new ShareFetchResponse.ShareFetchableTopicResponse(topicId, partitions)));
        return ShareFetchResponse.builder()
                .errorMessage(null)
                .acquisitionLockTimeoutMs(
                        new SharePartitionSettings(node, member.groupId).now().lockDurationMs())
                .responses(topics)
                .nodeEndpoints(hints.brokers().stream()
                        .map(broker -> ShareFetchResponse.NodeEndpoint.builder()
                                .nodeId(broker.id())
                                .host(broker.address().host())
                                .port(broker.address().port())
                                .rack(broker.rack())
                                .build())
                        .toList())
                .build();
    }

    private PartitionData partition(Place place, LedShare.Taken result, LeaderHints hints) {
        ErrorCode acknowledgement = acknowledged.getOrDefault(place, ErrorCode.NONE);
        PartitionData.Builder partition = PartitionData.builder()
                .partitionIndex(place.partition())
                .errorCode(result.error().code())
                .errorMessage(
                        result.error() == ErrorCode.NONE ? null : result.error().message())
                .acknowledgeErrorCode(acknowledgement.code())
                .acknowledgeErrorMessage(acknowledgement == ErrorCode.NONE ? null : acknowledgement.message())
                .records(result.acquired().isEmpty() ? MemoryRecords.EMPTY : result.records())
                .acquiredRecords(result.acquired().stream()
                        .map(range -> new ShareFetchResponse.AcquiredRecords(
                                range.firstOffset(), range.lastOffset(), range.deliveryCount()))
                        .toList());
        short leading = result.error() == ErrorCode.NONE
                ? acknowledgement.code()
                : result.error().code();
        hints.leader(leading, place.topicId(), place.partition())
                .ifPresent(leader -> partition.currentLeader(ShareFetchResponse.LeaderIdAndEpoch.builder()
                        .leaderId(leader.id())
                        .leaderEpoch(leader.epoch())
                        .build()));
        return partition.build();
    }
}
