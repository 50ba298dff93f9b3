package dev.barnabas.simulation;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One direction of a connection below the processes: bytes that one end's kernel has taken and the other end's process
 * has not. It holds as much as the two kernels would buffer, and keeps the order whatever the link does.
 */
final class Pipe {
    private final Simulation simulation;
    private final Link there;
    private final Link back;
    private final SimulatedConnection from;
    private final SimulatedConnection to;
    private final int window;
    private final int mostAtOnce;
    private final long patience;
    private final Deque<Piece> inTransit = new ArrayDeque<>();
    private long taken;
    private long freed;
    private long lastArrival;
    private int due;
    private long unansweredSince = -1;
    private boolean stuck;
    private boolean ended;

    /** What travels: bytes, or the end of the stream. */
    private sealed interface Piece {
        record Bytes(ByteBuffer bytes) implements Piece {}

        record End() implements Piece {}
    }

    Pipe(SimulatedConnection from, SimulatedConnection to, Link there, Link back, Dice dice) {
        this.simulation = from.simulation();
        this.there = there;
        this.back = back;
        this.from = from;
        this.to = to;
        this.window = (int) dice.magnitude(16_384, 4 << 20);
        this.mostAtOnce = (int) dice.magnitude(1_000, 256 << 10);
        this.patience = dice.between(5_000_000_000L, 30_000_000_000L);
    }

    /** How many bytes the kernel takes now. */
    int room() {
        return Math.clamp(window - taken, 0, mostAtOnce);
    }

    void put(ByteBuffer bytes) {
        taken += bytes.remaining();
        travel(new Piece.Bytes(bytes));
    }

    /** The sender closed in order: the other end learns it after everything that was put before. */
    void end() {
        if (!ended) {
            ended = true;
            travel(new Piece.End());
        }
    }

    /** The receiver's process has read that much: there is room again, which the sender learns later. */
    void read(int bytes) {
        if (freed > 0) {
            freed += bytes;
            return;
        }
        freed = bytes;
        simulation.at(simulation.nanos() + back.delay(), this::acknowledge);
    }

    /** Whatever is under way is gone. */
    void abandon() {
        inTransit.clear();
        ended = true;
    }

    private void travel(Piece piece) {
        long size = piece instanceof Piece.Bytes data ? data.bytes.remaining() : 0;
        // About one gigabyte per second.
        lastArrival = Math.max(lastArrival, simulation.nanos() + there.delay()) + size;
        inTransit.add(piece);
        simulation.at(lastArrival, () -> {
            due++;
            arrive();
        });
    }

    private void arrive() {
        while (due > 0 && !inTransit.isEmpty()) {
            if (there.isBroken()) {
                unanswered();
                if (!stuck) {
                    stuck = true;
                    there.whenWhole(() -> {
                        stuck = false;
                        arrive();
                    });
                }
                return;
            }
            due--;
            unansweredSince = -1;
            switch (inTransit.remove()) {
                case Piece.Bytes data -> to.arrived(data.bytes);
                case Piece.End end -> to.ended();
            }
        }
    }

    private void acknowledge() {
        if (freed == 0) {
            return;
        }
        if (back.isBroken()) {
            unanswered();
            back.whenWhole(this::acknowledge);
            return;
        }
        unansweredSince = -1;
        taken -= freed;
        freed = 0;
        from.writable();
    }

    /** Nothing comes back for what was sent: after a while the sender's kernel gives up. */
    private void unanswered() {
        if (unansweredSince >= 0) {
            return;
        }
        long since = simulation.nanos();
        unansweredSince = since;
        simulation.at(since + patience, () -> {
            if (unansweredSince == since) {
                abandon();
                from.brokenByKernel("timed out: nothing was acknowledged for " + patience / 1_000_000 + " ms");
            }
        });
    }
}
