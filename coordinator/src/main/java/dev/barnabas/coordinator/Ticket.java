package dev.barnabas.coordinator;

import dev.barnabas.protocol.ErrorCode;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The place of one answer. A shard may answer a request in the decision about it, or keep the ticket in its state and
 * name it in a later decision (a member waits until the others have joined).
 *
 * <p>To a shard it is opaque: it compares tickets by identity and calls {@link #with}. The {@link ShardHost} that the
 * request was given to sees to it that each ticket is answered once: with what the shard decided, or with a refusal
 * when the shard leaves this node.
 *
 * @param <A> what is answered
 */
public final class Ticket<A> {
    private final Function<ErrorCode, A> refusal;
    private final Consumer<A> then;

    /**
     * @param refusal how this kind of answer says that it is refused
     * @param then called once, on the loop of the shard
     */
    public Ticket(Function<ErrorCode, A> refusal, Consumer<A> then) {
        this.refusal = refusal;
        this.then = then;
    }

    public Answer with(A response) {
        return new Answer(this, () -> then.accept(response));
    }

    Answer refused(ErrorCode error) {
        return with(refusal.apply(error));
    }

    /** What a ticket is to be answered; it is sent when the records that it rests on are committed. */
    public static final class Answer {
        private final Ticket<?> ticket;
        private final Runnable sending;

        private Answer(Ticket<?> ticket, Runnable sending) {
            this.ticket = ticket;
            this.sending = sending;
        }

        Ticket<?> ticket() {
            return ticket;
        }

        void send() {
            sending.run();
        }
    }
}
