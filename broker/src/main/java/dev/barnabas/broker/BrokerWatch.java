package dev.barnabas.broker;

import dev.barnabas.host.Connection;
import dev.barnabas.host.ConnectionHandler;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;
import dev.barnabas.host.Network;
import dev.barnabas.metadata.Answer;
import dev.barnabas.metadata.Broker;
import dev.barnabas.metadata.BrokerSessions;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.FenceBroker;
import dev.barnabas.metadata.ImageUpdate;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.settings.Settings;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches over the brokers of the cluster while the active controller is at this node, and fences those that are gone:
 * because nothing was heard of them for as long as a session lasts, or at once where it is certain. When the connection
 * of a broker's heartbeats closes, or the controller has just moved here, it knocks at the broker's listener: a process
 * that lives answers, and where a machine says that nobody listens, the process is gone. Silence proves nothing.
 *
 * <p>Owned by the loop of the cluster's metadata.
 */
final class BrokerWatch {

    private static final Logger log = LoggerFactory.getLogger(BrokerWatch.class);

    private static final Duration KNOCK_TIMEOUT = Duration.ofSeconds(1);

    /** A session that is over stays so until the broker is fenced. */
    private static final Duration SHORTEST_SLEEP = Duration.ofMillis(10);

    /** How long a broker that stops waits for the others to know its successors. */
    private static final Duration LONGEST_HANDOVER = Duration.ofSeconds(1);

    private final Network network;
    private final Loop loop;
    private final ClusterMetadata metadata;
    private final String betweenBrokers;
    private final BrokerSessions sessions;
    private final Set<BrokerSessions.Over> beingFenced = new LinkedHashSet<>();
    private final List<Handover> handovers = new ArrayList<>();
    private boolean watching;
    /** Where the active controller was last, if that was elsewhere. */
    private OptionalInt predecessor = OptionalInt.empty();

    private Loop.@Nullable Timer timer;

    private record Handover(long version, Runnable then) {}

    /** @param betweenBrokers the name of the listeners on which brokers talk to each other */
    BrokerWatch(Network network, Loop loop, ClusterMetadata metadata, Settings settings, String betweenBrokers) {
        this.network = network;
        this.loop = loop;
        this.metadata = metadata;
        this.betweenBrokers = betweenBrokers;
        this.sessions = new BrokerSessions(Duration.ofMillis(settings.get(BrokerSettings.BROKER_SESSION_TIMEOUT_MS)));
        metadata.onLeaderChange(this::leaderChanged);
        metadata.subscribe(loop, this::updated);
        leaderChanged();
    }

    private void leaderChanged() {
        OptionalInt leader = metadata.quorum().leader();
        if (leader.isPresent() && !metadata.leads()) {
            predecessor = leader;
        }
        if (metadata.leads() && !watching) {
            watching = true;
            sessions.start(metadata.image(), loop.clock().nanos());
            predecessor.ifPresent(sessions::suspect);
            predecessor = OptionalInt.empty();
            metadata.image().brokers().values().stream()
                    .filter(broker -> !broker.fenced())
                    .forEach(broker -> knock(broker.id(), broker.epoch()));
            schedule();
        } else if (!metadata.leads() && watching) {
            watching = false;
            release(List.copyOf(handovers));
            handovers.clear();
            cancelTimer();
        }
    }

    private void updated(ImageUpdate update) {
        if (watching && !update.brokers().isEmpty()) {
            sessions.update(update.image(), loop.clock().nanos());
            handOver();
            schedule();
        }
    }

    /**
     * A broker's heartbeat was accepted. From any loop.
     *
     * @param metadataVersion of the image that it has
     */
    void heard(int broker, long epoch, long metadataVersion) {
        loop.execute(() -> {
            if (watching) {
                sessions.contact(broker, epoch, metadataVersion, loop.clock().nanos());
                handOver();
                schedule();
            }
        });
    }

    /** The connection on which a broker's heartbeats came has closed. From any loop. */
    void disconnected(int broker, long epoch) {
        loop.execute(() -> {
            if (watching) {
                knock(broker, epoch);
            }
        });
    }

    /**
     * Calls back on {@code asker} when all brokers know the image of now, or when that takes too long: a broker that
     * stops may go then, since whoever takes over knows of it. From any loop.
     */
    void whenAllKnow(Loop asker, Runnable then) {
        loop.execute(() -> {
            Handover handover = new Handover(metadata.image().version(), () -> asker.execute(then));
            handovers.add(handover);
            loop.schedule(LONGEST_HANDOVER, () -> {
                if (handovers.remove(handover)) {
                    handover.then.run();
                }
            });
            handOver();
        });
    }

    private void handOver() {
        List<Handover> over = new ArrayList<>();
        for (Iterator<Handover> each = handovers.iterator(); each.hasNext(); ) {
            Handover handover = each.next();
            if (sessions.haveAll(handover.version)) {
                each.remove();
                over.add(handover);
            }
        }
        release(over);
    }

    private static void release(List<Handover> over) {
        over.forEach(handover -> handover.then.run());
    }

    private void knock(int id, long epoch) {
        metadata.image()
                .broker(id)
                .filter(broker -> broker.epoch() == epoch && !broker.fenced())
                .flatMap(broker -> broker.endpoint(betweenBrokers))
                .ifPresent(endpoint -> network.connect(
                        new Endpoint(endpoint.host(), endpoint.port()), KNOCK_TIMEOUT, 1, loop, new Knock(id, epoch)));
    }

    private final class Knock implements Network.Connecting, ConnectionHandler {
        private final int id;
        private final long epoch;

        Knock(int id, long epoch) {
            this.id = id;
            this.epoch = epoch;
        }

        @Override
        public ConnectionHandler connected(Connection connection) {
            connection.close();
            return this;
        }

        @Override
        public void failed(IOException fault) {
            if (watching && fault instanceof ConnectException) {
                log.info("A broker's process is gone broker={} why={}", id, fault.getMessage());
                sessions.lost(id, epoch);
                fenceWhoIsGone();
            }
        }

        @Override
        public void received(dev.barnabas.host.Frame frame) {
            frame.release();
        }

        @Override
        public void drained() {
            // Nothing is sent.
        }

        @Override
        public void closed(dev.barnabas.host.CloseReason reason) {
            // It was connected, which is all that was to be known.
        }
    }

    private void fenceWhoIsGone() {
        for (BrokerSessions.Over over : sessions.over(loop.clock().nanos())) {
            if (!beingFenced.add(over)) {
                continue;
            }
            metadata.submit(new FenceBroker(over.id(), over.epoch()), loop, answer -> {
                beingFenced.remove(over);
                if (answer instanceof Answer.Granted<Broker>) {
                    log.warn("A broker is fenced: it is gone, or was silent for too long broker={}", over.id());
                }
            });
        }
        schedule();
    }

    private void schedule() {
        cancelTimer();
        OptionalLong deadline = sessions.nextDeadline();
        if (watching && deadline.isPresent()) {
            long delay = Math.max(
                    SHORTEST_SLEEP.toNanos(),
                    deadline.getAsLong() - loop.clock().nanos());
            timer = loop.schedule(Duration.ofNanos(delay), this::fenceWhoIsGone);
        }
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
