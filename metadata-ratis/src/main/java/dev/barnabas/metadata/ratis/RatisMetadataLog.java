package dev.barnabas.metadata.ratis;

import dev.barnabas.host.Disk;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;
import dev.barnabas.metadata.MetadataLog;
import dev.barnabas.metadata.Quorum;
import dev.barnabas.metadata.Subscription;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metadata log of a cluster, kept by a quorum on Apache Ratis. Belongs to one loop: what Ratis says on its own
 * threads comes there as tasks, in order.
 */
public final class RatisMetadataLog implements MetadataLog {

    private static final Logger LOG = LoggerFactory.getLogger(RatisMetadataLog.class);

    private final Loop loop;
    private final Membership membership;
    private final RatisQuorum quorum;
    private final Submissions submissions;
    private final long writer = new SecureRandom().nextLong();
    /** By number, in the order in which they were asked for. */
    private final Map<Long, Consumer<Appended>> unanswered = new LinkedHashMap<>();

    private final Subscription subscription;
    private long numbers;
    private long nextOffset;
    private long bytesSinceSnapshot;
    private boolean leads;
    private boolean snapshotting;

    private RatisMetadataLog(QuorumSettings settings, Loop loop) throws IOException {
        this.loop = loop;
        this.subscription = new Subscription(loop);
        this.membership = new Membership(settings, new FromRatis());
        this.quorum = new RatisQuorum(membership, loop);
        this.submissions = new Submissions(membership, writer, number -> subscription.onLoop(() -> lost(number)));
    }

    /**
     * Makes the log's folder and listens for the other members. Takes part in the quorum, or begins to look for one, as
     * soon as there is a subscriber.
     *
     * @param loop that owns the log, and on which {@code then} is called
     */
    public static void open(QuorumSettings settings, Loop loop, Disk.Completion<RatisMetadataLog> then) {
        Thread.ofVirtual().name("quorum-open").start(() -> {
            try {
                RatisMetadataLog log = new RatisMetadataLog(settings, loop);
                loop.execute(() -> then.done(log));
            } catch (IOException fault) {
                loop.execute(() -> then.failed(fault));
            }
        });
    }

    /** Where the other members reach this one. */
    public Endpoint address() {
        return membership.address();
    }

    @Override
    public void subscribe(long fromOffset, Subscriber newSubscriber) {
        subscription.begin(newSubscriber);
        nextOffset = fromOffset;
        if (!subscription.isClosed()) {
            membership.start();
        }
    }

    @Override
    public void append(ByteBuffer entry, Consumer<Appended> then) {
        if (!subscription.takes(entry, Pieces.MAX_ENTRY_BYTES, then)) {
            return;
        }
        if (!leads) {
            subscription.refuse(Reason.NOT_LEADING, "this node does not lead the metadata quorum", then);
        } else {
            long number = numbers++;
            unanswered.put(number, then);
            submissions.submit(number, entry);
        }
    }

    /** Ratis did not want it, or cannot say what became of it. */
    private void lost(long number) {
        Consumer<Appended> then = unanswered.remove(number);
        if (then != null) {
            then.accept(new Appended.Unknown("the metadata quorum has not confirmed it"));
        }
    }

    @Override
    public void snapshot(long lastOffset, Supplier<ByteBuffer> state, Consumer<@Nullable IOException> then) {
        loop.requireCurrent();
        if (snapshotting || subscription.isClosed()) {
            return;
        }
        if (lastOffset >= nextOffset) {
            throw new IllegalArgumentException("not delivered: " + lastOffset);
        }
        snapshotting = true;
        bytesSinceSnapshot = 0;
        submissions.snapshot(
                lastOffset,
                state,
                fault -> subscription.onLoop(() -> {
                    snapshotting = false;
                    then.accept(fault);
                }));
    }

    @Override
    public long bytesSinceSnapshot() {
        return bytesSinceSnapshot;
    }

    @Override
    public Quorum quorum() {
        return quorum;
    }

    @Override
    public void close() {
        subscription.close();
        unanswered.clear();
        quorum.close();
        submissions.close();
        membership.close();
    }

    /** Waits until its port and its files are free. Not on the loop. */
    void awaitEnd() throws InterruptedException {
        membership.awaitEnd();
    }

    private void tell(Consumer<Subscriber> what) {
        loop.execute(() -> subscription.present().ifPresent(what));
    }

    /** Brings to the loop what Ratis says. */
    private final class FromRatis implements EntryStateMachine.Events {

        @Override
        public void restored(long lastOffset, ByteBuffer state) {
            tell(present -> {
                bytesSinceSnapshot = 0;
                if (lastOffset >= nextOffset) {
                    nextOffset = lastOffset + 1;
                    present.restored(lastOffset, state);
                }
            });
        }

        @Override
        public void committed(long offset, Pieces.Entry entry) {
            tell(present -> {
                bytesSinceSnapshot += entry.content().remaining();
                // When Ratis has been started anew it begins with what is known already.
                if (offset < nextOffset) {
                    return;
                }
                nextOffset = offset + 1;
                present.committed(offset, entry.content());
                Consumer<Appended> then = entry.writer() == writer ? unanswered.remove(entry.number()) : null;
                if (then != null && !subscription.isClosed()) {
                    then.accept(new Appended.Committed(offset));
                }
            });
        }

        @Override
        public void leaderReady() {
            tell(present -> {
                // It may have lost leadership since it said so.
                if (!leads && membership.leads()) {
                    leads = true;
                    quorum.leader(OptionalInt.of(membership.self().nodeId()));
                    LOG.info("This node leads the metadata quorum");
                    present.leading();
                }
            });
        }

        @Override
        public void notLeader() {
            tell(present -> {
                if (!leads) {
                    return;
                }
                leads = false;
                quorum.leader(OptionalInt.empty());
                LOG.info("This node does not lead the metadata quorum any more");
                present.following();
                Map<Long, Consumer<Appended>> lost = new LinkedHashMap<>(unanswered);
                unanswered.clear();
                lost.values().forEach(then -> then.accept(new Appended.Unknown("leadership was lost")));
            });
        }

        @Override
        public void leaderChanged(MemberId leader) {
            tell(present -> {
                OptionalInt known =
                        leader.equals(membership.self()) ? OptionalInt.empty() : OptionalInt.of(leader.nodeId());
                if (!leads && !known.equals(quorum.leader())) {
                    quorum.leader(known);
                    if (known.isPresent()) {
                        LOG.atInfo().addKeyValue("node", leader.nodeId()).log("Another node leads the metadata quorum");
                    }
                    present.leaderChanged();
                }
            });
        }

        @Override
        public void failed(IOException fault) {
            tell(present -> {
                subscription.close();
                quorum.close();
                submissions.close();
                membership.close();
                present.failed(fault);
            });
        }
    }
}
