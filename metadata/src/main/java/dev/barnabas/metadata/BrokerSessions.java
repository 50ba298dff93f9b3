package dev.barnabas.metadata;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Which brokers are alive, as the active controller sees it. Not agreed on by anybody: a node that becomes the
 * controller begins with a full session for every broker that is let in, its predecessor excepted. A session that is
 * over is a reason for {@link FenceBroker}; it stays over until the broker is fenced.
 *
 * <p>Times are those of {@code Clock.nanos}. Time in which this node itself stood still does not count: heartbeats that
 * came meanwhile were not read. So it wants to be asked at least every {@link #LONGEST_SLEEP}.
 *
 * <p>Belongs to the loop that owns the cluster's metadata.
 */
public final class BrokerSessions {

    /** If longer than this nobody has called, the node stood still. */
    static final Duration LONGEST_SLEEP = Duration.ofMillis(250);

    private final long timeoutNs;
    private final Map<Integer, Session> sessions = new TreeMap<>();
    private long lastCallNs;
    /** How long this node has stood still. */
    private long stoodStillNs;

    /** @param timeout {@code broker.session.timeout.ms} */
    public BrokerSessions(Duration timeout) {
        this.timeoutNs = timeout.toNanos();
    }

    /** @param endNs in time that counts */
    private record Session(long epoch, long metadataVersion, long endNs) {}

    /** A session that is over. */
    public record Over(int id, long epoch) {}

    /** This node has become the active controller. */
    public void start(ClusterImage image, long nowNs) {
        sessions.clear();
        lastCallNs = nowNs;
        stoodStillNs = 0;
        for (Broker broker : image.brokers().values()) {
            if (!broker.fenced()) {
                sessions.put(broker.id(), new Session(broker.epoch(), -1, nowNs + timeoutNs));
            }
        }
    }

    /**
     * There is reason to believe that a broker is silent already: it was the active controller, and the quorum has
     * given it up. It has half a session to show that it lives; otherwise the quorum's patience and a session would add
     * up.
     */
    public void suspect(int id) {
        Session known = sessions.get(id);
        if (known != null) {
            sessions.put(id, new Session(known.epoch, known.metadataVersion, known.endNs - timeoutNs / 2));
        }
    }

    /**
     * A broker has sent a heartbeat that was not refused. One that is fenced has no session, and gets none: it may be
     * stopping, and its end would be a reason to fence it again and again.
     *
     * @param metadataVersion of the image that it has
     */
    public void contact(int id, long epoch, long metadataVersion, long nowNs) {
        long counted = count(nowNs);
        Session known = sessions.get(id);
        if (known != null && known.epoch <= epoch) {
            sessions.put(id, new Session(epoch, metadataVersion, counted + timeoutNs));
        }
    }

    /** The process that registered in that epoch is known to be gone. */
    public void lost(int id, long epoch) {
        Session known = sessions.get(id);
        if (known != null && known.epoch == epoch) {
            sessions.put(id, new Session(epoch, known.metadataVersion, Long.MIN_VALUE));
        }
    }

    /** Forgets those who are fenced, gone or have registered again, and knows those who were let in. */
    public void update(ClusterImage image, long nowNs) {
        long counted = count(nowNs);
        sessions.entrySet()
                .removeIf(session -> image.broker(session.getKey())
                        .filter(broker -> !broker.fenced() && broker.epoch() == session.getValue().epoch)
                        .isEmpty());
        for (Broker broker : image.brokers().values()) {
            if (!broker.fenced()) {
                sessions.putIfAbsent(broker.id(), new Session(broker.epoch(), -1, counted + timeoutNs));
            }
        }
    }

    /** The sessions that are over. */
    public List<Over> over(long nowNs) {
        long counted = count(nowNs);
        List<Over> over = new ArrayList<>();
        sessions.forEach((id, session) -> {
            if (session.endNs <= counted) {
                over.add(new Over(id, session.epoch));
            }
        });
        return over;
    }

    /** When to ask {@link #over} next, in the time of the clock; empty if there are no sessions. */
    public OptionalLong nextDeadline() {
        OptionalLong first =
                sessions.values().stream().mapToLong(Session::endNs).min();
        if (first.isEmpty()) {
            return first;
        }
        long end = first.getAsLong() == Long.MIN_VALUE ? lastCallNs : first.getAsLong() + stoodStillNs;
        return OptionalLong.of(Math.min(end, lastCallNs + LONGEST_SLEEP.toNanos()));
    }

    /**
     * Whether every broker whose session is not over is known to have an image. Tells whether the others know already
     * that a broker which shuts down has handed over.
     */
    public boolean haveAll(long metadataVersion) {
        return sessions.values().stream()
                .allMatch(session -> session.endNs == Long.MIN_VALUE || session.metadataVersion >= metadataVersion);
    }

    private long count(long nowNs) {
        stoodStillNs += Math.max(0, nowNs - lastCallNs - 2 * LONGEST_SLEEP.toNanos());
        lastCallNs = nowNs;
        return nowNs - stoodStillNs;
    }
}
