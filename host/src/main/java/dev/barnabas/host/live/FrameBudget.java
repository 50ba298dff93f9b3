package dev.barnabas.host.live;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory the big frames of all connections may take together, from when they are announced until they are
 * released. (Of small ones a connection never has more than fits a chunk of its {@link FrameReader} before somebody
 * looks at them.) A connection whose next frame does not fit is not read from until it does; who asked first is served
 * first. Huge frames have a share of their own, so that waiting for one does not keep the others waiting.
 *
 * <p>What is announced costs the peer nothing, so memory that is given to a frame has to be filled: when others wait,
 * one that comes more slowly than {@link #LEAST_BYTES_PER_SECOND} is expelled.
 *
 * <p>Used by all loops; each share has its own lock, and callbacks run outside of it.
 */
final class FrameBudget {
    /** Frames up to this size are not counted. */
    static final int SMALL = 16 << 10;

    /** Larger ones have a share of their own. */
    static final int HUGE = 4 << 20;

    private static final long LEAST_BYTES_PER_SECOND = 16 << 10;

    /** Over which time the speed of a frame is measured. */
    private static final double WINDOW_SECONDS = 10;

    private final Share big;
    private final Share huge;

    /** @param limit for all frames together; a single one may be larger, if it is the only huge one */
    FrameBudget(long limit) {
        big = new Share(limit - limit / 3);
        huge = new Share(limit / 3);
    }

    /** Who asks for memory; both are called on any thread. */
    interface Claimant {
        void granted();

        void expelled();
    }

    long usedBytes() {
        return big.usedBytes() + huge.usedBytes();
    }

    /** Asks for the memory of a frame that has been announced. */
    Claim claim(int size, Claimant claimant, long nowNanos) {
        Claim claim = new Claim(share(size), size, claimant, nowNanos);
        claim.share.ask(claim);
        return claim;
    }

    /** A frame came that did not have to be waited for. {@link #give} gives it back. */
    void take(int size) {
        share(size).take(size);
    }

    /** A frame that had come has been released. */
    void give(int size) {
        share(size).give(size);
    }

    private Share share(int size) {
        return size > HUGE ? huge : big;
    }

    /** The memory of one frame that is announced. Owned by the connection's loop. */
    static final class Claim {
        private final Share share;
        private final int size;
        private final Claimant claimant;
        /** Guarded by the share, like the one after it. */
        private long windowNanos;

        private long receivedBefore;
        private final AtomicLong received = new AtomicLong();

        private Claim(Share share, int size, Claimant claimant, long nowNanos) {
            this.share = share;
            this.size = size;
            this.claimant = claimant;
            this.windowNanos = nowNanos;
        }

        boolean isGranted() {
            return share.isGranted(this);
        }

        /** It was granted after a wait: from now on the frame has to come. */
        void begin(long nowNanos) {
            share.begin(this, nowNanos);
        }

        void progress(int more) {
            received.addAndGet(more);
        }

        /** The frame has come: its memory counts until it is given back. */
        void complete() {
            share.complete(this);
        }

        /** The frame will not come. */
        void drop() {
            share.drop(this);
        }

        /** Expels frames that have memory for which others wait, and do not come. */
        void expelStalled(long nowNanos) {
            share.expelStalled(nowNanos);
        }
    }

    /** Part of the budget. */
    private static final class Share {
        private final long limit;
        private long used;
        private final ArrayDeque<Claim> waiting = new ArrayDeque<>();
        private final Set<Claim> coming = new LinkedHashSet<>();

        Share(long limit) {
            this.limit = limit;
        }

        synchronized long usedBytes() {
            return used;
        }

        synchronized void ask(Claim claim) {
            if (waiting.isEmpty() && fits(claim.size)) {
                grant(claim);
            } else {
                waiting.add(claim);
            }
        }

        synchronized boolean isGranted(Claim claim) {
            return coming.contains(claim);
        }

        synchronized void begin(Claim claim, long nowNanos) {
            claim.windowNanos = nowNanos;
        }

        synchronized void take(int size) {
            used += size;
        }

        synchronized void complete(Claim claim) {
            if (!coming.remove(claim)) {
                waiting.remove(claim);
                used += claim.size;
            }
        }

        void drop(Claim claim) {
            List<Claim> granted;
            synchronized (this) {
                waiting.remove(claim);
                if (coming.remove(claim)) {
                    used -= claim.size;
                }
                granted = grantWaiting();
            }
            granted.forEach(next -> next.claimant.granted());
        }

        void give(int size) {
            List<Claim> granted;
            synchronized (this) {
                used -= size;
                granted = grantWaiting();
            }
            granted.forEach(next -> next.claimant.granted());
        }

        private List<Claim> grantWaiting() {
            List<Claim> granted = List.of();
            for (Claim next = waiting.peek(); next != null && fits(next.size); next = waiting.peek()) {
                waiting.remove();
                grant(next);
                if (granted.isEmpty()) {
                    granted = new ArrayList<>();
                }
                granted.add(next);
            }
            return granted;
        }

        private void grant(Claim claim) {
            used += claim.size;
            coming.add(claim);
        }

        /** One that is larger than all there is has to be alone. */
        private boolean fits(int size) {
            return used == 0 || used + size <= limit;
        }

        void expelStalled(long nowNanos) {
            List<Claim> stalled = new ArrayList<>();
            synchronized (this) {
                for (Claim claim : coming) {
                    double seconds = (nowNanos - claim.windowNanos) / 1e9;
                    if (seconds > WINDOW_SECONDS) {
                        long received = claim.received.get();
                        if (!waiting.isEmpty() && received - claim.receivedBefore < LEAST_BYTES_PER_SECOND * seconds) {
                            stalled.add(claim);
                        }
                        claim.windowNanos = nowNanos;
                        claim.receivedBefore = received;
                    }
                }
            }
            stalled.forEach(claim -> claim.claimant.expelled());
        }
    }
}
