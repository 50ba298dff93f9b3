package dev.barnabas.client;

import dev.barnabas.host.Loop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/**
 * For threads that may wait, virtual ones best: runs operations on the client's loop and waits for what comes of them.
 *
 * <pre>{@code
 * Blocking blocking = new Blocking(cluster.loop());
 * List<ClusterView.Topic> topics = blocking.get(admin::listTopics);
 * }</pre>
 *
 * <p>Not for use on a loop. Every operation has a timeout of its own, so there is none here.
 */
public final class Blocking {

    private final Loop loop;

    public Blocking(Loop loop) {
        this.loop = loop;
    }

    /**
     * The value of the operation.
     *
     * @throws ClientException if it fails, or the thread is interrupted
     */
    public <T> T get(Supplier<Eventual<T>> operation) {
        return result(operation).orThrow();
    }

    /** What came of the operation. An interrupt counts as a failure; the operation goes on. */
    public <T> Result<T> result(Supplier<Eventual<T>> operation) {
        requireNotOnLoop();
        CompletableFuture<Result<T>> outcome = new CompletableFuture<>();
        loop.execute(() -> operation.get().then(outcome::complete));
        return await(outcome);
    }

    /** Runs something on the loop and waits until it is done. */
    public void run(Runnable task) {
        get(() -> {
            task.run();
            return Eventual.done();
        });
    }

    private void requireNotOnLoop() {
        if (loop.isCurrent()) {
            throw new IllegalStateException("a loop must not wait for itself");
        }
    }

    private static <T> Result<T> await(CompletableFuture<Result<T>> outcome) {
        try {
            return outcome.get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Result.failure(new ClientError.Closed("interrupted while waiting"));
        } catch (ExecutionException impossible) {
            throw new IllegalStateException("the outcome is only ever completed with a value", impossible);
        }
    }
}
