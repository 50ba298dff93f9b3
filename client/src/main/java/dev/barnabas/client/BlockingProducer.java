package dev.barnabas.client;

import dev.barnabas.host.Loop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A producer for threads that may wait: when its buffer is full, {@link #send} waits until there is room. Any number of
 * threads may share it. Records are handed to the producer's loop many at a time, and their deliveries are told there.
 */
public final class BlockingProducer {

    /** What may be on its way to the loop. */
    private static final long MAX_STAGED_BYTES = 1024 * 1024;

    private final Producer producer;
    private final Loop loop;
    private final Blocking blocking;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();

    /** Guarded by the lock. */
    private Deque<Staged> staged = new ArrayDeque<>();

    private long stagedBytes;
    private boolean handingOver;

    /** Taken from {@link #staged} and not accepted yet; owned by the loop. */
    private Deque<Staged> refused = new ArrayDeque<>();

    /** Who waits for the hand-over to be done; owned by the loop. */
    private final List<Eventual<Done>> waiting = new ArrayList<>();

    private record Staged(ProducerRecord record, Delivery delivery) {}

    public BlockingProducer(Cluster cluster, ProducerSettings settings) {
        this.loop = cluster.loop();
        this.blocking = new Blocking(loop);
        this.producer = blocking.get(() -> Eventual.of(new Producer(cluster, settings)));
    }

    /**
     * Sends a record as soon as there is room.
     *
     * @throws ClientException if there is no room for longer than the producer's longest block, or the thread is
     *     interrupted; nothing was taken then
     */
    public void send(ProducerRecord record, Delivery delivery) {
        if (loop.isCurrent()) {
            throw new IllegalStateException("a loop must not wait for itself");
        }
        lock.lock();
        try {
            awaitRoom();
            staged.addLast(new Staged(record, delivery));
            stagedBytes += record.maxSizeInBytes();
            if (!handingOver) {
                handingOver = true;
                loop.execute(this::handOver);
            }
        } finally {
            lock.unlock();
        }
    }

    private void awaitRoom() {
        long left = producer.settings().maxBlock().toNanos();
        while (stagedBytes > MAX_STAGED_BYTES) {
            if (left <= 0) {
                throw new ClientException(new ClientError.BufferFull("no room in the producer's buffer within "
                        + producer.settings().maxBlock().toMillis() + " ms"));
            }
            try {
                left = room.awaitNanos(left);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new ClientException(new ClientError.Closed("interrupted while waiting for room"));
            }
        }
    }

    /** On the loop: gives the producer what it takes. */
    private void handOver() {
        do {
            while (!refused.isEmpty()) {
                Staged next = refused.getFirst();
                if (!producer.trySend(next.record(), next.delivery())) {
                    producer.whenRoom(this::handOver);
                    return;
                }
                refused.removeFirst();
            }
        } while (takeMore());
        List<Eventual<Done>> told = List.copyOf(waiting);
        waiting.clear();
        told.forEach(each -> each.succeed(Done.DONE));
    }

    /** Exchanges the empty queue of the loop for that of the senders; false if there is nothing in it. */
    private boolean takeMore() {
        lock.lock();
        try {
            if (staged.isEmpty()) {
                handingOver = false;
                return false;
            }
            Deque<Staged> taken = staged;
            staged = refused;
            refused = taken;
            stagedBytes = 0;
            room.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until everything that was sent before is delivered or has failed. */
    public void flush() {
        blocking.get(() -> handedOver().flatMap(done -> producer.flush()));
    }

    /** Flushes and closes the producer; what is not delivered in time fails. Nobody may send any more. */
    public void close(Duration timeout) {
        blocking.get(() -> {
            Eventual<Done> handedOver = handedOver();
            Loop.Timer limit = loop.schedule(timeout, () -> handedOver.succeed(Done.DONE));
            return handedOver.flatMap(done -> {
                limit.cancel();
                return producer.close(timeout);
            });
        });
    }

    /** On the loop: when the producer has taken everything that was sent so far. */
    private Eventual<Done> handedOver() {
        Eventual<Done> handedOver = new Eventual<>();
        if (isHandedOver()) {
            handedOver.succeed(Done.DONE);
        } else {
            waiting.add(handedOver);
        }
        return handedOver;
    }

    private boolean isHandedOver() {
        lock.lock();
        try {
            return !handingOver;
        } finally {
            lock.unlock();
        }
    }
}
