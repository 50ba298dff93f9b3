package dev.barnabas.metadata;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Writes down, as texts, what comes out of a metadata log. May be read on any thread. */
final class RecordingSubscriber implements MetadataLog.Subscriber {

    private final Queue<String> events = new ConcurrentLinkedQueue<>();

    List<String> events() {
        return List.copyOf(events);
    }

    /** Writes down something else that has happened. */
    void note(String event) {
        events.add(event);
    }

    @Override
    public void restored(long lastOffset, ByteBuffer state) {
        events.add("restored " + lastOffset + " " + text(state));
    }

    @Override
    public void committed(long offset, ByteBuffer entry) {
        events.add("committed " + offset + " " + text(entry));
    }

    @Override
    public void leading() {
        events.add("leading");
    }

    @Override
    public void following() {
        events.add("following");
    }

    @Override
    public void leaderChanged() {}

    @Override
    public void failed(IOException fault) {
        events.add("failed");
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    static String text(ByteBuffer bytes) {
        return UTF_8.decode(bytes.duplicate()).toString();
    }
}
