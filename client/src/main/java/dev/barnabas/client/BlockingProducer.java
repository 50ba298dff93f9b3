package dev.barnabas.client;

import dev.barnabas.host.Loop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
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

    private record Staged(ProducerRecord record, Delivery delivery) {}

    public BlockingProducer(Cluster cluster, Producer producer) {
        this.producer = producer;
        this.loop = cluster.loop();
        this.blocking = new Blocking(loop);
    }

    /**
     * Sends a record as soon as there is room.
     *
     * @throws ClientException if there is no room for longer than the producer's longest block, or the thread is interrupted;
     *     nothing was taken then
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
        while (true) {
            while (!refused.isEmpty()) {
                Staged next = refused.getFirst();
                if (!producer.trySend(next.record(), next.delivery())) {
                    producer.whenRoom(this::handOver);
                    return;
                }
                refused.removeFirst();
            }
            lock.lock();
            try {
                stagedBytes = 0;
                room.signalAll();
                if (staged.isEmpty()) {
                    handingOver = false;
                    return;
                }
                Deque<Staged> taken = staged;
                staged = refused;
                refused = taken;
            } finally {
                lock.unlock();
            }
        }
    }

    /** Waits until everything that was sent before is delivered or has failed. */
    public void flush() {
        blocking.get(() -> {
            Eventual<Done> flushed = new Eventual<>();
            flushWhenHandedOver(flushed);
            return flushed;
        });
    }

    private void flushWhenHandedOver(Eventual<Done> flushed) {
        boolean ready;
        lock.lock();
        try {
            ready = !handingOver;
        } finally {
            lock.unlock();
        }
        if (ready) {
            producer.flush().then(flushed::settle);
        } else {
            // The records are taken as soon as there is room; look again then.
            loop.schedule(Duration.ofNanos(TimeUnit.MILLISECONDS.toNanos(1)), () -> flushWhenHandedOver(flushed));
        }
    }

    /** Flushes and closes the producer; what is not delivered in time fails. */
    public void close(Duration timeout) {
        Result<Done> flushed = blocking.result(() -> {
            Eventual<Done> done = new Eventual<>();
            flushWhenHandedOver(done);
            loop.schedule(timeout, () -> done.succeed(Done.DONE));
            return done;
        });
        if (flushed instanceof Result.Success<Done>) {
            blocking.get(() -> producer.close(Duration.ofMillis(1)));
        }
    }
}
