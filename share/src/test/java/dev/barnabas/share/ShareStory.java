package dev.barnabas.share;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.share.ShareSettings.Order;
import dev.barnabas.simulation.Dice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** One share partition's life under a dice, beside the plainest model of it: a map of locks and a set of ends. */
final class ShareStory {
    private static final ShareKey KEY = new ShareKey("g", new Uuid(3, 4), 1);
    private static final int STEPS = 600;
    private static final int LOCK_MS = 1000;
    private static final int LIMIT = 4;
    private static final int LOCKS = 60;
    private static final int LARGEST_BATCH = 12;

    private final Dice dice;
    private final Order order;
    private final boolean deadLetters;
    private final TestClock clock = new TestClock();
    private final MemoryShareStore store = new MemoryShareStore();
    private final StoryLog log;
    private final List<Holder> sessions = new ArrayList<>();
    private final ShareSettings settings;

    /** The model: who has an offset, until when, as far as members know. */
    private final NavigableMap<Long, Lock> locks = new TreeMap<>();
    /** What members were told is finished. */
    private final NavigableMap<Long, Acknowledgement.Type> ends = new TreeMap<>();
    /** Acknowledged without an answer yet. */
    private final Set<Long> open = new TreeSet<>();

    private final Map<Long, Integer> letters = new HashMap<>();
    private final List<Runnable> lettersOnTheirWay = new ArrayList<>();
    private SharePartition partition;
    private int leaderEpoch;
    private boolean calm;
    private boolean forgetsLocks;

    private record Lock(Holder holder, long untilNanos) {}

    ShareStory(Dice dice, Order order, boolean deadLetters) {
        this.dice = dice;
        this.order = order;
        this.deadLetters = deadLetters;
        this.log = new StoryLog(dice);
        this.settings = new ShareSettings(LOCK_MS, LIMIT, LOCKS, true, deadLetters, order);
        for (int i = 0; i < 4; i++) {
            sessions.add(new Holder("member-" + i));
        }
        this.partition = load();
    }

    /** A bug: the partition gives out what is out. */
    void plantForgottenLocks() {
        forgetsLocks = true;
    }

    void play() {
        for (int i = 0; i < STEPS; i++) {
            step();
            check();
        }
        calmDown();
    }

    private void step() {
        switch ((int) dice.between(0, 39)) {
            case 0 -> changeLeader();
            case 1 -> store.hold(true);
            case 2 -> store.hold(false);
            case 3, 4, 5, 6 -> letOneGo();
            case 7, 8 -> clock.pass(Duration.ofMillis(dice.magnitude(1, 2 * LOCK_MS)));
            case 9, 10 -> partition.tick();
            case 11 -> endSession((int) dice.between(0, sessions.size() - 1));
            case 12 -> deleteSome();
            case 13, 14, 15 -> lettersArrive();
            case 16, 17, 18, 19, 20 -> log.grow();
            case 21 -> forget();
            case 22, 23, 24, 25, 26, 27, 28, 29, 30 -> acquire(dice.pick(sessions));
            default -> acknowledge(dice.pick(sessions));
        }
    }

    private SharePartition load() {
        SharePartition loaded = new SharePartition(
                KEY, ++leaderEpoch, clock, store, () -> settings, this::letter, new SharePartition.Events() {
                    @Override
                    public void available() {}

                    @Override
                    public void ended(ErrorCode why) {}
                });
        loaded.load(log.startOffset(), then -> then.accept(ErrorCode.NONE, log.startOffset()), error -> {});
        return loaded;
    }

    private void changeLeader() {
        partition.close(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        store.forget(dice.chance(0.5));
        lettersOnTheirWay.clear();
        locks.clear();
        partition = load();
    }

    private void letOneGo() {
        if (store.heldWrites() > 0) {
            boolean fails = !calm && dice.chance(0.3);
            store.letGo(!fails || dice.chance(0.5), fails ? ErrorCode.NOT_COORDINATOR : ErrorCode.NONE);
        }
    }

    private void endSession(int index) {
        partition.release(sessions.get(index));
        Holder ended = sessions.get(index);
        locks.entrySet().removeIf(entry -> entry.getValue().holder.equals(ended) && !isHeld(entry.getKey(), ended));
        sessions.set(index, new Holder(sessions.get(index).memberId()));
    }

    /** A bug, for the canary. */
    private void forget() {
        if (forgetsLocks) {
            for (Run run : partition.runs().all()) {
                if (run.state == RecordState.ACQUIRED && run.target == null) {
                    partition.runs().set(run, RecordState.AVAILABLE);
                }
            }
        }
    }

    private void deleteSome() {
        log.deleteSome();
        partition.logStartMoved(log.startOffset());
        locks.headMap(log.startOffset(), false).clear();
    }

    private void letter(ShareKey key, long first, long last, short count, DeadLetters.Cause cause, Runnable then) {
        for (long offset = first; offset <= last; offset++) {
            letters.merge(offset, 1, Integer::sum);
            require(ends.get(offset) != Acknowledgement.Type.ACCEPT, "a letter for the accepted record " + offset);
        }
        lettersOnTheirWay.add(then);
    }

    private void lettersArrive() {
        if (!lettersOnTheirWay.isEmpty()) {
            lettersOnTheirWay.removeFirst().run();
        }
    }

    private void acquire(Holder holder) {
        if (!partition.mayAcquire(log.endOffset())) {
            return;
        }
        long from = partition.nextFetchOffset();
        AcquireLimits limits = new AcquireLimits((int) dice.magnitude(1, 40), 5, dice.chance(0.5));
        List<Span> spans = log.read(from, (int) dice.between(1, 8), order != Order.NONE);
        for (Acquired each : partition.acquire(holder, limits, from, spans)) {
            require(each.deliveryCount() <= LIMIT, "delivered too often: " + each);
            for (long offset = each.firstOffset(); offset <= each.lastOffset(); offset++) {
                got(holder, offset);
            }
        }
    }

    private void got(Holder holder, long offset) {
        require(log.isDeliverable(offset), offset + " was delivered, and is nothing to deliver");
        require(!ends.containsKey(offset), offset + " was delivered, and is finished");
        Lock other = locks.get(offset);
        require(other == null || other.untilNanos <= clock.nanos(), offset + " was delivered, and is with " + other);
        if (order != Order.NONE && log.keyOf(offset) != Span.NO_KEY) {
            requireOrder(holder, offset);
        }
        locks.put(
                offset,
                new Lock(holder, clock.nanos() + Duration.ofMillis(LOCK_MS).toNanos()));
    }

    private void requireOrder(Holder holder, long offset) {
        for (long other = Math.max(partition.startOffset(), log.startOffset()); other < log.endOffset(); other++) {
            if (other == offset
                    || log.keyOf(other) != log.keyOf(offset)
                    || !log.isDeliverable(other)
                    || isFinished(other)) {
                continue;
            }
            Lock lock = locks.get(other);
            boolean isOut = lock != null && isHeld(other, lock.holder);
            boolean withSame = isOut && lock != null && lock.holder.memberId().equals(holder.memberId());
            require(other > offset || (withSame && order == Order.KEY), offset + " was delivered before " + other);
            require(!isOut || withSame, offset + " was delivered while " + other + " is with " + lock);
        }
    }

    /** Also if its time is over, as long as nobody has taken it away. */
    private boolean isHeld(long offset, Holder holder) {
        return offset >= partition.startOffset()
                && offset < partition.endOffset()
                && holder.equals(partition.runs().at(offset).holder);
    }

    /** Whether members know so, or it is stored. */
    private boolean isFinished(long offset) {
        MemoryShareStore.Stored stored = store.of(KEY);
        MemoryShareStore.Offset known = stored.offsets.get(offset);
        return ends.containsKey(offset)
                || offset < stored.startOffset
                || (known != null && known.state() != RecordState.AVAILABLE && known.state() != RecordState.ARCHIVING)
                || (known != null && known.state() == RecordState.ARCHIVING && order != Order.NONE);
    }

    private void acknowledge(Holder holder) {
        List<Long> held = locks.entrySet().stream()
                .filter(entry -> entry.getValue().holder.equals(holder) && !open.contains(entry.getKey()))
                .map(Map.Entry::getKey)
                .toList();
        if (held.isEmpty()) {
            return;
        }
        long first = dice.pick(held);
        long last = first;
        List<Acknowledgement.Type> types = new ArrayList<>(List.of(type()));
        while (held.contains(last + 1) && dice.chance(0.7)) {
            last++;
            types.add(type());
        }
        if (dice.chance(0.3)) {
            types = List.of(Acknowledgement.Type.ACCEPT);
        }
        Acknowledgement said = new Acknowledgement(first, last, types);
        for (long offset = first; offset <= last; offset++) {
            open.add(offset);
        }
        long until = clock.nanos() + Duration.ofMillis(LOCK_MS).toNanos();
        partition.acknowledge(
                holder.memberId(), List.of(said), error -> answered(said, new Lock(holder, until), error));
    }

    private Acknowledgement.Type type() {
        return dice.pick(List.of(
                Acknowledgement.Type.ACCEPT,
                Acknowledgement.Type.ACCEPT,
                Acknowledgement.Type.RELEASE,
                Acknowledgement.Type.REJECT,
                Acknowledgement.Type.RENEW));
    }

    private void answered(Acknowledgement said, Lock renewed, ErrorCode error) {
        for (long offset = said.firstOffset(); offset <= said.lastOffset(); offset++) {
            open.remove(offset);
            Acknowledgement.Type type = said.typeOf(offset);
            if (!sessions.contains(renewed.holder)) {
                locks.computeIfPresent(offset, (_, known) -> known.holder.equals(renewed.holder) ? null : known);
            }
            if (error != ErrorCode.NONE) {
                continue;
            }
            if (offset < log.startOffset()) {
                continue;
            }
            switch (type) {
                case RENEW ->
                    locks.computeIfPresent(offset, (_, known) -> known.holder.equals(renewed.holder) ? renewed : known);
                case RELEASE -> locks.remove(offset);
                case ACCEPT, REJECT, GAP -> {
                    locks.remove(offset);
                    Acknowledgement.Type before = ends.put(offset, type);
                    require(before == null, offset + " ended as " + before + " and as " + type);
                }
            }
        }
    }

    private void check() {
        long next = partition.startOffset();
        long unfinished = 0;
        long finished = 0;
        for (Run run : partition.runs().all()) {
            require(run.firstOffset == next && run.lastOffset >= next, "a gap before " + run);
            next = run.lastOffset + 1;
            if (run.state.isFinal()) {
                finished += run.count();
            } else {
                unfinished += run.count();
            }
        }
        require(next == partition.endOffset(), "the end is " + partition.endOffset() + ", and the runs end at " + next);
        require(unfinished == partition.runs().unfinished(), "unfinished");
        require(finished == partition.runs().finished(), "finished");
        require(
                partition.runs().size() <= 2 * (LOCKS + LARGEST_BATCH),
                "too many runs: " + partition.runs().size());
    }

    /** Nothing fails any more: everything is finished in the end. */
    private void calmDown() {
        calm = true;
        store.hold(false);
        for (int i = 0; i < 100_000 && partition.startOffset() < log.endOffset(); i++) {
            letOneGo();
            lettersArrive();
            if (!partition.isActive()) {
                changeLeader();
            }
            Holder holder = dice.pick(sessions);
            acquire(holder);
            acknowledge(holder);
            clock.pass(Duration.ofMillis(LOCK_MS / 20));
            partition.tick();
            check();
        }
        while (store.heldWrites() > 0 || !lettersOnTheirWay.isEmpty()) {
            letOneGo();
            lettersArrive();
        }
        require(
                partition.startOffset() == log.endOffset(),
                "something never ends: " + partition.runs().all());
        require(store.of(KEY).startOffset == log.endOffset(), "stored is " + store.of(KEY).startOffset);
        ends.forEach((offset, type) -> {
            boolean hasLetter = letters.containsKey(offset);
            require(type != Acknowledgement.Type.ACCEPT || !hasLetter, offset + " was accepted, and has a letter");
            require(
                    !deadLetters || type != Acknowledgement.Type.REJECT || hasLetter || offset < log.startOffset(),
                    offset + " has no letter");
        });
        require(deadLetters || letters.isEmpty(), "letters");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
