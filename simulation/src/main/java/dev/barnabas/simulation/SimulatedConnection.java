package dev.barnabas.simulation;

import dev.barnabas.host.CloseReason;
import dev.barnabas.host.Connection;
import dev.barnabas.host.ConnectionHandler;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;
import dev.barnabas.host.Part;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection. Its kernel side ({@code arrived}, {@code ended}, {@code writable}, {@code brokenByKernel})
 * is driven by {@link Pipe}s and reaches the process only as tasks of the end's loop.
 */
final class SimulatedConnection implements Connection {
    private final SimulatedProcess process;
    private final SimulatedLoop loop;
    private final Endpoint local;
    private final Endpoint remote;
    private final String label;
    private final FrameAssembler assembler;
    private final Outbox outbox = new Outbox();
    private final Deque<ByteBuffer> received = new ArrayDeque<>();
    private final Dice dice;
    private @Nullable Wires wires;
    private @Nullable ConnectionHandler handler;
    private boolean open = true;
    private boolean paused;
    private boolean endOfStream;
    private boolean flushAsked;
    private boolean readAsked;
    private long framesSent;
    private long framesReceived;

    /** What joins the two ends: the pipe this one sends on, and the one it receives from. */
    private record Wires(Pipe out, Pipe in, SimulatedConnection peer, Link toPeer) {}

    SimulatedConnection(
            SimulatedProcess process, SimulatedLoop loop, Endpoint local, Endpoint remote, int number, int maxFrame) {
        this.process = process;
        this.loop = loop;
        this.local = local;
        this.remote = remote;
        this.label = remote + " (connection " + number + ")";
        this.dice = process.simulation().fork("connection/" + number + "/" + local);
        this.assembler = new FrameAssembler(maxFrame, dice);
    }

    /** Joins the two ends. */
    static void join(SimulatedConnection one, SimulatedConnection other) {
        SimulatedNetwork network = one.simulation().network();
        Link to = network.link(one.process.host(), other.process.host());
        Link back = network.link(other.process.host(), one.process.host());
        Pipe there = new Pipe(one, other, to, back, one.dice);
        Pipe here = new Pipe(other, one, back, to, other.dice);
        one.wires = new Wires(there, here, other, to);
        other.wires = new Wires(here, there, one, back);
        network.opened(one);
        network.opened(other);
    }

    /** The process takes the connection over, in a task of its loop. */
    void handledBy(ConnectionHandler from) {
        handler = from;
        askForRead();
    }

    Simulation simulation() {
        return process.simulation();
    }

    boolean isOpen() {
        return open;
    }

    boolean isLoopback() {
        return wires().toPeer.isLoopback();
    }

    // The process's side

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public Endpoint local() {
        return local;
    }

    @Override
    public Endpoint remote() {
        return remote;
    }

    @Override
    public void send(List<Part> frame) {
        onLoop();
        if (!open) {
            return;
        }
        int size = outbox.add(frame);
        note("send to", ++framesSent, size);
        if (!flushAsked) {
            flushAsked = true;
            loop.atEndOfTurn(() -> {
                flushAsked = false;
                flush();
            });
        }
    }

    @Override
    public long unsentBytes() {
        onLoop();
        return outbox.unsent();
    }

    @Override
    public void pauseReading() {
        onLoop();
        paused = true;
    }

    @Override
    public void resumeReading() {
        onLoop();
        paused = false;
        askForRead();
    }

    @Override
    public void close() {
        onLoop();
        close(new CloseReason.Local());
    }

    private void onLoop() {
        process.requireAlive();
        loop.requireCurrent();
    }

    private void close(CloseReason reason) {
        if (!open) {
            return;
        }
        boolean unread = !received.isEmpty();
        shut();
        // As in TCP, closing with unread data resets; so the other end may lose what was on its way to it.
        if (unread && dice.chance(0.5)) {
            resetPeer();
        } else {
            wires().out.end();
        }
        tell(reason);
    }

    private void shut() {
        open = false;
        outbox.clear();
        received.clear();
    }

    private void tell(CloseReason reason) {
        simulation().note(process.toString(), "close " + label + ": " + reason);
        loop.execute(() -> {
            ConnectionHandler told = handler;
            if (told != null) {
                told.closed(reason);
            }
        });
    }

    private void flush() {
        try {
            boolean sent = false;
            for (int room = wires().out.room();
                    open && outbox.unsent() > 0 && room > 0;
                    room = wires().out.room()) {
                if (!isLoopback() && dice.chance(simulation().network().faults().reset())) {
                    reset("reset by the network");
                    return;
                }
                wires().out.put(outbox.take(room));
                sent = true;
            }
            if (sent && outbox.unsent() == 0) {
                loop.execute(this::drained);
            }
        } catch (IOException e) {
            reset(String.valueOf(e.getMessage()));
        }
    }

    private void drained() {
        ConnectionHandler told = handler;
        if (open && outbox.unsent() == 0 && told != null) {
            told.drained();
        }
    }

    private void askForRead() {
        if (!readAsked && handler != null && (endOfStream || !received.isEmpty())) {
            readAsked = true;
            loop.execute(this::read);
        }
    }

    private void read() {
        readAsked = false;
        boolean finishing = false;
        while (open && !received.isEmpty() && (!paused || finishing)) {
            ByteBuffer input = received.remove();
            int before = input.remaining();
            ByteBuffer frame;
            try {
                frame = assembler.next(input);
            } catch (FrameAssembler.WrongLength e) {
                close(new CloseReason.Violation(String.valueOf(e.getMessage())));
                return;
            }
            if (input.hasRemaining()) {
                received.addFirst(input);
            }
            wires().in.read(before - input.remaining());
            if (frame != null) {
                hand(frame);
                // What has been received may still come after a pause.
                finishing = paused && dice.chance(0.5);
            }
        }
        if (open && endOfStream && received.isEmpty() && !paused) {
            shut();
            wires().out.end();
            tell(new CloseReason.Remote());
        }
    }

    private void hand(ByteBuffer frame) {
        note("frame from", ++framesReceived, frame.remaining());
        ConnectionHandler told = handler;
        if (told == null) {
            throw new IllegalStateException("a frame for nobody");
        }
        told.received(new SimulatedFrame(process, frame));
    }

    // The kernel's side

    void arrived(ByteBuffer bytes) {
        if (!open) {
            resetPeer();
            return;
        }
        received.add(bytes);
        if (!paused) {
            askForRead();
        }
    }

    void ended() {
        endOfStream = true;
        if (open && !paused) {
            askForRead();
        }
    }

    void writable() {
        if (open && outbox.unsent() > 0) {
            loop.execute(this::flush);
        }
    }

    /** Breaks the connection for this end, and for the other if it can be told. */
    void reset(String why) {
        resetPeer();
        brokenByKernel(why);
    }

    void brokenByKernel(String why) {
        if (open) {
            shut();
            tell(new CloseReason.Fault(why));
        }
    }

    /** @param silently whether not even the kernel is left to tell the other end */
    void processDied(boolean silently) {
        if (!open) {
            return;
        }
        shut();
        if (silently) {
            wires().out.abandon();
        } else if (dice.chance(0.5)) {
            wires().out.end();
        } else {
            resetPeer();
        }
    }

    private void resetPeer() {
        wires().out.abandon();
        Link way = wires().toPeer;
        simulation().at(simulation().nanos() + way.delay(), () -> {
            if (!way.isBroken()) {
                wires().peer.brokenByKernel("reset by " + process.host().name());
            }
        });
    }

    private Wires wires() {
        Wires joined = wires;
        if (joined == null) {
            throw new IllegalStateException("an end without another");
        }
        return joined;
    }

    private void note(String what, long number, int bytes) {
        simulation().trace().note(simulation().nanos(), process.toString(), what, label, number, bytes);
    }
}
