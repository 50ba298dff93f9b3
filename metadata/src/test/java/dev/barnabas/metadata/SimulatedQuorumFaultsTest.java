package dev.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.Disk;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.Fault;
import dev.barnabas.simulation.FaultPlan;
import dev.barnabas.simulation.Seeds;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The simulated quorum keeps a quorum's promises while everything goes wrong. */
final class SimulatedQuorumFaultsTest {

    private static final Set<Fault.Kind> KINDS =
            EnumSet.complementOf(EnumSet.of(Fault.Kind.BIT_ROT, Fault.Kind.LOST_DISK));

    @Test
    void nothingCommittedIsLostOrDelivedInAnotherOrder() {
        Seeds.check(150, simulation -> new Run(simulation).play());
    }

    @Test
    void faultsDoLoseEntriesThatWereNotCommittedAndKeepOthers() {
        int[] outcomes = new int[3];
        Seeds.check(60, simulation -> {
            Run run = new Run(simulation);
            run.play();
            outcomes[0] += run.unknown.size();
            outcomes[1] +=
                    (int) run.unknown.stream().filter(run.all::containsValue).count();
            outcomes[2] += run.elections;
        });

        assertThat(outcomes[0]).as("unknown").isGreaterThan(outcomes[1]);
        assertThat(outcomes[1]).as("unknown but committed").isPositive();
        assertThat(outcomes[2]).as("elections").isGreaterThan(60);
    }

    private static final class Run {

        private final Simulation simulation;
        private final Dice dice;
        private final SimulatedQuorum quorum;
        private final List<SimulatedHost> hosts = new ArrayList<>();
        private final List<Life> lives = new ArrayList<>();

        /** What was delivered at each offset, to anybody. */
        final TreeMap<Long, String> all = new TreeMap<>();

        private final Set<String> committed = new HashSet<>();
        private final Set<String> refused = new HashSet<>();
        final Set<String> unknown = new HashSet<>();
        private int asked;
        int elections;
        private boolean calm;

        Run(Simulation simulation) {
            this.simulation = simulation;
            this.dice = simulation.dice("workload");
            int voters = (int) dice.between(1, 5);
            List<Integer> ids = new ArrayList<>();
            for (int id = 1; id <= voters; id++) {
                ids.add(id);
            }
            quorum = new SimulatedQuorum(simulation, ids);
            for (int id = 1; id <= voters + 1; id++) {
                SimulatedHost host = simulation.addHost("n" + id, 1);
                hosts.add(host);
                int nodeId = id;
                host.run(self -> start(self, nodeId));
            }
        }

        private void start(SimulatedHost host, int nodeId) {
            try {
                new Life(host, host.disk("data"), nodeId).start();
            } catch (IOException unusable) {
                fail(host);
            }
        }

        /** What cannot go on is started again after a while. */
        private void fail(SimulatedHost host) {
            int life = host.lives();
            host.crash();
            simulation.later(Duration.ofSeconds(2), () -> {
                if (!host.isUp() && host.lives() == life) {
                    host.startAgain();
                }
            });
        }

        void play() {
            FaultPlan plan = FaultPlan.draw(
                    simulation, new FaultPlan.Limits(KINDS, hosts, hosts.size(), Duration.ofSeconds(30)));
            plan.start();
            simulation.runFor(Duration.ofSeconds(30));
            plan.stop();
            calm = true;
            simulation.runUntil("all have everything", this::isSettled, Duration.ofMinutes(1));
            require(all.values().containsAll(committed), "a committed entry was lost");
            require(all.values().stream().noneMatch(refused::contains), "a refused entry was committed");
            require(new HashSet<>(all.values()).size() == all.size(), "an entry was committed twice");
        }

        private boolean isSettled() {
            long running = lives.stream().filter(Life::isRunning).count();
            return running == hosts.size()
                    && lives.stream().filter(Life::isRunning).anyMatch(life -> life.finalEntry)
                    && lives.stream().filter(Life::isRunning).allMatch(life -> life.delivered == all.lastKey());
        }

        void require(boolean condition, String otherwise) {
            if (!condition) {
                throw simulation.failure(otherwise, null);
            }
        }

        /** A process, which appends while it leads. */
        private final class Life implements MetadataLog.Subscriber {

            private final SimulatedHost host;
            private final int number;
            private final int id;
            private final Loop loop;
            private final MetadataLog log;
            private long delivered = -1;
            private boolean leads;
            private @Nullable String expected;
            private boolean finalEntry;

            Life(SimulatedHost host, Disk disk, int id) {
                this.host = host;
                this.number = host.lives();
                this.id = id;
                this.loop = host.loops().getFirst();
                this.log = quorum.open(host, disk, loop, id, new Uuid(7, id), new Endpoint(host.name(), 9093));
                lives.add(this);
            }

            boolean isRunning() {
                return host.isUp() && host.lives() == number;
            }

            void start() {
                log.subscribe(0, this);
            }

            @Override
            public void restored(long lastOffset, ByteBuffer state) {
                require(lastOffset > delivered, "a snapshot brings nothing new");
                String expectedState =
                        String.join(",", all.headMap(lastOffset, true).values());
                require(RecordingSubscriber.text(state).equals(expectedState), "a snapshot says something else");
                delivered = lastOffset;
            }

            @Override
            public void committed(long offset, ByteBuffer entry) {
                String text = RecordingSubscriber.text(entry);
                require(offset > delivered, "an offset does not grow");
                require(Objects.equals(all.lowerKey(offset), delivered < 0 ? null : delivered), "one was left out");
                require(all.getOrDefault(offset, text).equals(text), "two entries at one offset");
                all.put(offset, text);
                delivered = offset;
                expected = text;
                if (dice.chance(0.05)) {
                    String state = String.join(",", all.headMap(offset, true).values());
                    log.snapshot(offset, () -> RecordingSubscriber.bytes(state), fault -> {});
                }
            }

            @Override
            public void leading() {
                require(!leads, "it leads already");
                require(log.quorum().leader().orElse(-1) == id, "the leader does not know itself");
                leads = true;
                elections++;
                append();
            }

            private void append() {
                if (!leads || finalEntry) {
                    return;
                }
                boolean last = calm;
                String text = "e" + asked++ + "@" + id;
                log.append(RecordingSubscriber.bytes(text), answer -> {
                    switch (answer) {
                        case MetadataLog.Appended.Committed(long offset) -> {
                            require(offset == delivered && text.equals(expected), "not right after its entry");
                            committed.add(text);
                            finalEntry |= last;
                        }
                        case MetadataLog.Appended.Refused _ -> refused.add(text);
                        case MetadataLog.Appended.Unknown _ -> unknown.add(text);
                    }
                });
                loop.schedule(dice.between(Duration.ofMillis(1), Duration.ofMillis(300)), this::append);
            }

            @Override
            public void following() {
                require(leads, "it did not lead");
                leads = false;
            }

            @Override
            public void leaderChanged() {
                require(!leads, "it leads itself");
                require(log.quorum().leader().orElse(-1) != id, "it should lead itself");
            }

            @Override
            public void failed(IOException fault) {
                fail(host);
            }
        }
    }
}
