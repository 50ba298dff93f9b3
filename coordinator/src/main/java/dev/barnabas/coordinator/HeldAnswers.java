package dev.barnabas.coordinator;

import dev.barnabas.coordinator.Ticket.Answer;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Answers that wait for the high watermark, in the order of their offsets. Owned by the shard's loop. */
final class HeldAnswers {
    private final ShardLog log;
    private final Loop loop;
    private final Duration timeout;
    private final Consumer<Answer> send;
    private final BiConsumer<Ticket<?>, ErrorCode> refuse;
    private final Deque<Held> queue = new ArrayDeque<>();
    private Loop.@Nullable Timer alarm;

    HeldAnswers(ShardLog log, long timeoutMs, Consumer<Answer> send, BiConsumer<Ticket<?>, ErrorCode> refuse) {
        this.log = log;
        this.loop = log.loop();
        this.timeout = Duration.ofMillis(timeoutMs);
        this.send = send;
        this.refuse = refuse;
    }

    /** Sends the answers when everything before the offset is committed. Offsets never go back from call to call. */
    void hold(List<Answer> answers, long offset) {
        queue.add(new Held(answers, offset, loop.clock().nanos() + timeout.toNanos()));
        release();
        if (!queue.isEmpty() && alarm == null) {
            setAlarm();
        }
    }

    /** Sends what is committed. */
    void release() {
        long highWatermark = log.highWatermark();
        for (Held first = queue.peek(); first != null && first.offset <= highWatermark; first = queue.peek()) {
            queue.remove();
            first.answers.forEach(send);
        }
    }

    /** Forgets all answers. */
    void close() {
        queue.clear();
        if (alarm != null) {
            alarm.cancel();
            alarm = null;
        }
    }

    private void setAlarm() {
        Held first = queue.peek();
        if (first != null) {
            long delay = Math.max(0, first.deadlineNanos - loop.clock().nanos());
            alarm = loop.schedule(Duration.ofNanos(delay), this::refuseOverdue);
        }
    }

    private void refuseOverdue() {
        alarm = null;
        long now = loop.clock().nanos();
        for (Held first = queue.peek(); first != null && first.deadlineNanos - now <= 0; first = queue.peek()) {
            queue.remove();
            first.answers.forEach(answer -> refuse.accept(answer.ticket(), ErrorCode.REQUEST_TIMED_OUT));
        }
        if (alarm == null) {
            setAlarm();
        }
    }

    private record Held(List<Answer> answers, long offset, long deadlineNanos) {}
}
