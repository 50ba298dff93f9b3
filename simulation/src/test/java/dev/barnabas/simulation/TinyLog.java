package dev.barnabas.simulation;

import dev.barnabas.host.CloseReason;
import dev.barnabas.host.Connection;
import dev.barnabas.host.ConnectionHandler;
import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.host.DiskFullException;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Frame;
import dev.barnabas.host.Host;
import dev.barnabas.host.Part;
import dev.barnabas.simulation.history.Message;
import dev.barnabas.simulation.history.Payload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The smallest log server that keeps its promises, to prove that the simulator and the checks find those who do not: it
 * can be told to have one of the classic bugs. One file of records (size, CRC, payload), one loop, offsets are counted.
 *
 * <p>Requests: {@code 'P' payload}, answered by {@code 'A' offset payload} when it is stored; {@code 'F' offset},
 * answered by {@code 'R' endOffset (offset size payload)*}.
 */
final class TinyLog {
    static final int PORT = 9000;
    static final int MAX_FRAME = 1 << 20;
    private static final int HEADER = 8;

    private final Set<Bug> bugs;
    private final List<Long> positions = new ArrayList<>();
    private final Map<Message, Long> stored = new HashMap<>();
    private final Disk disk;
    private final DiskFile file;
    private long synced;

    /** What can be wrong with it. */
    enum Bug {
        ACKNOWLEDGES_BEFORE_SYNC,
        SERVES_WHAT_IS_NOT_SYNCED,
        BELIEVES_TORN_RECORDS,
        FORGETS_WHAT_IT_STORED,
        DOES_NOT_SYNC_AFTER_RECOVERY,
        SKIPS_RECORDS
    }

    private TinyLog(Disk disk, Set<Bug> bugs) throws IOException {
        this.disk = disk;
        this.bugs = bugs;
        this.file = disk.open("log");
    }

    /** Recovers and then listens; a disk that fails ends the process, which somebody has to start again. */
    static void start(SimulatedHost host, Set<Bug> bugs) {
        try {
            TinyLog log = new TinyLog(host.disk("data"), bugs);
            log.recover();
            if (bugs.contains(Bug.DOES_NOT_SYNC_AFTER_RECOVERY)) {
                log.synced = log.positions.size();
                log.listen(host);
            } else {
                log.whenSynced(host, () -> log.listen(host));
            }
        } catch (IOException e) {
            host.crash();
        }
    }

    private void recover() throws IOException {
        long position = 0;
        while (true) {
            ByteBuffer record = readRecord(position);
            if (record == null) {
                file.truncate(position);
                return;
            }
            remember(record, position);
            position += HEADER + record.remaining();
        }
    }

    private @Nullable ByteBuffer readRecord(long position) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        if (file.read(header, position) < HEADER) {
            return null;
        }
        int size = header.getInt(0);
        if (size <= 0 || size > file.size() - position - HEADER) {
            return null;
        }
        ByteBuffer payload = ByteBuffer.allocate(size);
        file.read(payload, position + HEADER);
        payload.flip();
        boolean whole = checksum(payload) == header.getInt(4);
        return whole || bugs.contains(Bug.BELIEVES_TORN_RECORDS) ? payload : null;
    }

    private void remember(ByteBuffer payload, long position) {
        long offset = positions.size();
        positions.add(position);
        if (!bugs.contains(Bug.FORGETS_WHAT_IT_STORED)) {
            Payload.decode(payload).ifPresent(message -> stored.put(message, offset));
        }
    }

    private void listen(Host host) {
        try {
            host.network().listen(new Endpoint("0.0.0.0", PORT), MAX_FRAME, connection -> new ConnectionHandler() {
                @Override
                public void received(Frame frame) {
                    // Everything is owned by the first loop; connections may live on others.
                    host.loops().getFirst().execute(() -> handle(host, connection, frame));
                }

                @Override
                public void closed(CloseReason reason) {}
            });
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void handle(Host host, Connection connection, Frame frame) {
        try {
            switch (frame.bytes().get()) {
                case 'P' -> produce(host, connection, frame.bytes().slice());
                case 'F' -> fetch(connection, frame.bytes().getLong());
                default -> throw new AssertionError("unknown request");
            }
        } catch (DiskFullException e) {
            answer(connection, List.of());
        } catch (IOException e) {
            ((SimulatedHost) host).crash();
            return;
        }
        frame.release();
    }

    private void produce(Host host, Connection connection, ByteBuffer payload) throws IOException {
        ByteBuffer copy =
                ByteBuffer.allocate(payload.remaining()).put(payload.slice()).flip();
        Message message = Payload.decode(copy).orElseThrow();
        Long before = stored.get(message);
        long offset = before == null ? positions.size() : before;
        if (before == null) {
            ByteBuffer header = ByteBuffer.allocate(HEADER).putInt(copy.remaining());
            long position = file.append(header.putInt(checksum(copy)).flip(), payload);
            remember(copy, position);
        }
        Runnable acknowledge = () ->
                answer(connection, List.of(bytes(9).put((byte) 'A').putLong(offset), copy.position(copy.limit())));
        if (offset < synced || bugs.contains(Bug.ACKNOWLEDGES_BEFORE_SYNC)) {
            acknowledge.run();
        } else {
            whenSynced(host, acknowledge);
        }
    }

    private void whenSynced(Host host, Runnable then) {
        long end = positions.size();
        disk.sync(List.of(file), host.loops().getFirst(), fault -> {
            if (fault != null) {
                ((SimulatedHost) host).crash();
                return;
            }
            synced = Math.max(synced, end);
            then.run();
        });
    }

    private void fetch(Connection connection, long from) throws IOException {
        long end = bugs.contains(Bug.SERVES_WHAT_IS_NOT_SYNCED) ? positions.size() : synced;
        List<ByteBuffer> parts = new ArrayList<>();
        parts.add(bytes(9).put((byte) 'R').putLong(end));
        for (long offset = from; offset < Math.min(end, from + 10); offset++) {
            long position = positions.get((int) offset);
            ByteBuffer header = ByteBuffer.allocate(HEADER);
            file.read(header, position);
            ByteBuffer payload = ByteBuffer.allocate(header.getInt(0));
            file.read(payload, position + HEADER);
            if (bugs.contains(Bug.SKIPS_RECORDS) && offset % 50 == 49) {
                continue;
            }
            parts.add(bytes(12).putLong(offset).putInt(payload.position()));
            parts.add(payload);
        }
        answer(connection, parts);
    }

    /** Sends what is before the positions of the buffers, on the connection's loop; nothing: it closes. */
    private static void answer(Connection connection, List<ByteBuffer> parts) {
        connection.loop().execute(() -> {
            if (parts.isEmpty()) {
                connection.close();
            } else {
                connection.send(parts.stream()
                        .map(part -> (Part) new Part.Bytes(part.flip()))
                        .toList());
            }
        });
    }

    private static ByteBuffer bytes(int size) {
        return ByteBuffer.allocate(size);
    }

    private static int checksum(ByteBuffer payload) {
        CRC32C crc = new CRC32C();
        crc.update(payload.slice());
        return (int) crc.getValue();
    }
}
