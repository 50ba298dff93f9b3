package dev.barnabas.replication;

import dev.barnabas.log.Appended;
import dev.barnabas.log.LogAnswer;
import dev.barnabas.log.LogDamage;
import dev.barnabas.log.LogDirectory;
import dev.barnabas.log.LogDirectorySettings;
import dev.barnabas.log.LogFault;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.log.LogSettings;
import dev.barnabas.log.Verifications;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.record.EndTxnMarker;
import dev.barnabas.replication.InSyncChanges.Outcome;
import dev.barnabas.replication.InSyncChanges.Proposal;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Plays a story about one partition: a text in which lines that begin with {@code >} are commands, and those that
 * follow say what happens then. Nothing happens but what a command says, so that every turn of the story is on purpose.
 *
 * <pre>
 *   > lead N epoch E version V isr A,B,C [of A,B,C] [recovering]     > follow N leader L epoch E
 *   > append N VALUE...      > append1 N VALUE... (acks=1)            > fetch N
 *   > ask N (a fetch whose answer is lost)                          > resend N (the answer before)
 *   > agree V A,B,C          > refuse ERROR      > lose (the answer)  > check N        > wait SECONDS
 *   > log N                  > power N           > start N        > ineligible A,B
 *   > suspend N              > resume N
 *   > wipe N (it loses power, and its disk)
 *   > delete N OFFSET
 *   > in N PRODUCER EPOCH SEQUENCE VALUE... (in a transaction)
 *   > end N PRODUCER EPOCH commit|abort COORDINATOR-EPOCH [bumps]
 *   > committed N (what a reader of committed records gets there)
 *   > race N VALUE M (N appends, M fetches that, and N loses power before it has synced it)
 * </pre>
 */
final class Story {
    private static final PartitionId ID = new PartitionId(new Uuid(7, 7), "orders", 0);

    /** One under which what was not synced is lost with the power, which is not always so. */
    private static final long SEED = 1;

    private final Simulation simulation = new Simulation(SEED);
    private final Map<Integer, Actor> actors = new LinkedHashMap<>();
    private final List<String> events = new ArrayList<>();
    private List<Integer> ineligible = List.of();
    private @Nullable Consumer<Outcome> asked;
    private @Nullable Proposal proposal;

    /** The same text, with what really happened. */
    String play(String text) {
        StringBuilder told = new StringBuilder();
        for (String line : text.split("\n", -1)) {
            if (line.startsWith("> ")) {
                told.append(line).append('\n');
                act(line.substring(2).split(" "));
                simulation.runFor(Duration.ofSeconds(1));
                events.forEach(event -> told.append("    ").append(event).append('\n'));
                events.clear();
            } else if (!line.startsWith("    ")) {
                told.append(line).append('\n');
            }
        }
        return told.toString().stripTrailing() + "\n";
    }

    private void act(String[] words) {
        switch (words[0]) {
            case "agree" -> {
                Proposal answered = proposed();
                answer(new Outcome.Agreed(
                        answered.leaderEpoch(), Integer.parseInt(words[1]), numbers(words[2]), answered.recovering()));
            }
            case "refuse" -> answer(new Outcome.Refused(ErrorCode.valueOf(words[1])));
            case "lose" -> answer(new Outcome.Unknown());
            case "ineligible" -> ineligible = words.length > 1 ? numbers(words[1]) : List.of();
            case "wait" -> simulation.runFor(Duration.ofSeconds(Long.parseLong(words[1])));
            default ->
                actors.computeIfAbsent(Integer.valueOf(words[1]), Actor::new).act(words);
        }
    }

    private Proposal proposed() {
        Proposal open = proposal;
        if (open == null) {
            throw new IllegalStateException("nobody has asked");
        }
        return open;
    }

    private void answer(Outcome outcome) {
        Consumer<Outcome> waiting = asked;
        asked = null;
        if (waiting == null) {
            throw new IllegalStateException("nobody has asked");
        }
        waiting.accept(outcome);
    }

    private static List<Integer> numbers(String text) {
        return Arrays.stream(text.split(",")).map(Integer::valueOf).toList();
    }

    private static String after(String[] words, String key, String otherwise) {
        for (int i = 0; i + 1 < words.length; i++) {
            if (words[i].equals(key)) {
                return words[i + 1];
            }
        }
        return otherwise;
    }

    /** A node of the story. */
    private final class Actor implements Partition.Listener, InSyncChanges {
        private final int id;
        private final SimulatedHost host;
        private @Nullable Partition partition;
        private long brokerEpoch;
        private long highWatermarkTold;
        private @Nullable Fetched lastAnswer;
        private @Nullable FetchPosition lastAsked;

        Actor(int id) {
            this.id = id;
            this.host = simulation.addHost("n" + id, 1);
            host.drive("data").cached(1);
            host.run(this::start);
            simulation.runFor(Duration.ofSeconds(1));
        }

        private void start(SimulatedHost started) {
            brokerEpoch++;
            try {
                LogDirectory directory = new LogDirectory(
                        started.disk("data"),
                        started.loops().getFirst(),
                        new LogDirectorySettings(8, 0, 1 << 20, Duration.ofDays(1), Duration.ofDays(1)));
                Partition.open(
                        ID,
                        id,
                        directory,
                        new PartitionSettings(LogSettings.DEFAULT, 2, Duration.ofSeconds(30)),
                        started.loops().getFirst(),
                        this,
                        this,
                        new Partition.Opened() {
                            @Override
                            public void opened(Partition opened) {
                                partition = opened;
                                highWatermarkTold = opened.highWatermark();
                            }

                            @Override
                            public void failed(LogFault fault) {
                                throw new AssertionError(fault.message(), fault.cause());
                            }
                        });
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
        }

        private Partition open() {
            Partition opened = partition;
            if (opened == null) {
                throw new IllegalStateException("n" + id + " is not up");
            }
            return opened;
        }

        private void tell(String what) {
            events.add("n" + id + " " + what);
        }

        private void on(Consumer<Partition> task) {
            Partition opened = open();
            opened.loop().execute(() -> task.accept(opened));
        }

        void act(String[] words) {
            List<String> values = List.of(words).subList(2, words.length);
            switch (words[0]) {
                case "lead" -> {
                    String inSync = after(words, "isr", "");
                    Leadership given = new Leadership(
                            Integer.parseInt(after(words, "epoch", "0")),
                            Integer.parseInt(after(words, "version", "0")),
                            numbers(after(words, "of", "1,2,3")),
                            numbers(inSync),
                            values.contains("recovering"));
                    on(here -> here.lead(given));
                }
                case "follow" -> {
                    Following given = new Following(
                            Integer.parseInt(after(words, "leader", "-1")),
                            Integer.parseInt(after(words, "epoch", "0")),
                            Integer.parseInt(after(words, "version", "0")));
                    on(here -> here.follow(given));
                }
                case "append" -> on(here -> append(here, values, Acks.ALL));
                case "in" -> on(here -> appendInTransaction(here, values));
                case "end" -> on(here -> end(here, values));
                case "committed" -> on(this::showCommitted);
                case "append1" -> on(here -> append(here, values, Acks.LEADER));
                case "fetch" -> on(here -> fetch(here, true));
                case "ask" -> on(here -> fetch(here, false));
                case "resend" -> on(here -> take(here, lastAsked, lastAnswer));
                case "check" -> on(Partition::checkFollowers);
                case "suspend" -> on(Partition::suspend);
                case "resume" -> on(Partition::resume);
                case "delete" ->
                    on(here -> here.deleteRecords(Long.parseLong(words[2]), Long.MAX_VALUE, new LogAnswer<>() {
                        @Override
                        public void done(Long result) {
                            tell("tells that all start at " + result);
                        }

                        @Override
                        public void refused(LogRefusal refusal) {
                            tell(refusal.message());
                        }
                    }));
                case "log" -> on(this::show);
                case "race" -> race(words[2], actors.get(Integer.valueOf(words[3])));
                case "power" -> losePower();
                case "wipe" -> {
                    losePower();
                    host.drive("data").replace();
                }
                case "start" -> host.restart();
                default -> throw new IllegalArgumentException(words[0]);
            }
        }

        private void append(Partition here, List<String> values, Acks acks) {
            here.append(TestBatches.of(values), acks, deadline(here), telling(values));
        }

        private void appendInTransaction(Partition here, List<String> words) {
            long producer = Long.parseLong(words.get(0));
            int epoch = Integer.parseInt(words.get(1));
            int sequence = Integer.parseInt(words.get(2));
            List<String> values = words.subList(3, words.size());
            long verification = here.beginVerification(producer, (short) epoch, sequence, false)
                    .orElse(Verifications.NONE);
            here.append(
                    TestBatches.transactional(producer, epoch, sequence, values),
                    verification,
                    Acks.ALL,
                    deadline(here),
                    telling(values));
        }

        private void end(Partition here, List<String> words) {
            here.appendMarker(
                    Long.parseLong(words.get(0)),
                    Short.parseShort(words.get(1)),
                    new EndTxnMarker(words.get(2).equals("commit"), Integer.parseInt(words.get(3))),
                    words.contains("bumps"),
                    deadline(here),
                    telling(List.of(words.get(2))));
        }

        private long deadline(Partition here) {
            return here.loop().clock().nanos() + Duration.ofSeconds(20).toNanos();
        }

        private Partition.Answer telling(List<String> values) {
            return new Partition.Answer() {
                @Override
                public void written(@Nullable Appended appended) {
                    if (appended != null) {
                        tell("writes " + values + " at " + appended.baseOffset());
                    }
                }

                @Override
                public void acknowledged(Appended appended) {
                    tell("acknowledges " + values);
                }

                @Override
                public void refused(LogRefusal refusal) {
                    tell("refuses " + values + ": " + refusal.error());
                }
            };
        }

        /** As a consumer that skips what was aborted. */
        private void showCommitted(Partition here) {
            ReadFrom wanted = new ReadFrom(here.logStartOffset(), 1 << 20, true, -1, -1, new Reader.Client(true, true));
            Consumer<PartitionRead> then = read -> {
                switch (read) {
                    case PartitionRead.Found found ->
                        tell("is stable up to " + found.lastStableOffset() + ": "
                                + describe(TestBatches.seen(TestBatches.bytes(found.records())))
                                + found.abortedTransactions().stream()
                                        .map(each -> ", " + each.producerId() + " aborted from " + each.firstOffset())
                                        .collect(Collectors.joining()));
                    default -> tell(read.toString());
                }
            };
            PartitionRead read = here.read(wanted);
            if (read instanceof PartitionRead.Cold) {
                here.readCold(wanted, then);
            } else {
                then.accept(read);
            }
        }

        private void race(String value, @Nullable Actor follower) {
            if (follower == null) {
                throw new IllegalArgumentException("no follower");
            }
            follower.on(there -> {
                FetchPosition asking = there.fetchPosition().orElseThrow();
                on(here ->
                        here.append(TestBatches.of(List.of(value)), Acks.ALL, Long.MAX_VALUE, new Partition.Answer() {
                            @Override
                            public void written(@Nullable Appended appended) {
                                Fetched answer = answer(here.read(follower.wanted(asking)));
                                follower.on(same -> follower.take(same, asking, answer));
                                simulation.after(Duration.ZERO, "power", Actor.this::losePower);
                            }

                            @Override
                            public void acknowledged(Appended appended) {
                                tell("acknowledges " + value);
                            }

                            @Override
                            public void refused(LogRefusal refusal) {}
                        }));
            });
        }

        private void losePower() {
            host.powerLoss();
            partition = null;
        }

        private ReadFrom wanted(FetchPosition asking) {
            return new ReadFrom(
                    asking.offset(),
                    1 << 20,
                    true,
                    asking.leaderEpoch(),
                    asking.lastFetchedEpoch(),
                    new Reader.Follower(id, brokerEpoch, asking.logStartOffset(), asking.highWatermark()));
        }

        private void fetch(Partition here, boolean answered) {
            FetchPosition asking = here.fetchPosition().orElse(null);
            if (asking == null) {
                tell("has nothing to ask");
                return;
            }
            Actor leader = actors.get(asking.leader());
            if (leader == null || leader.partition == null) {
                tell("gets no answer");
                return;
            }
            tell("asks n" + leader.id + " for " + asking.offset() + ", after epoch " + asking.lastFetchedEpoch());
            ReadFrom wanted = wanted(asking);
            Consumer<PartitionRead> then = read -> {
                Fetched answer = answer(read);
                lastAsked = asking;
                lastAnswer = answer;
                if (answered) {
                    on(same -> take(same, asking, answer));
                }
            };
            leader.on(there -> {
                PartitionRead read = there.read(wanted);
                if (read instanceof PartitionRead.Cold) {
                    there.readCold(wanted, then);
                } else {
                    then.accept(read);
                }
            });
        }

        private Fetched answer(PartitionRead read) {
            return switch (read) {
                case PartitionRead.Found found ->
                    new Fetched.Batches(
                            TestBatches.bytes(found.records()), found.highWatermark(), found.logStartOffset());
                case PartitionRead.Cold() -> throw new IllegalStateException("cold");
                case PartitionRead.Diverging(int epoch, long endOffset, long _, long start) ->
                    new Fetched.Diverging(epoch, endOffset, start);
                case PartitionRead.Refused(ErrorCode error, long start) -> new Fetched.Refused(error, start);
            };
        }

        private void take(Partition here, @Nullable FetchPosition asking, @Nullable Fetched answer) {
            if (asking == null || answer == null) {
                throw new IllegalStateException("there was no answer");
            }
            Fetched mine = answer;
            switch (answer) {
                case Fetched.Batches(ByteBuffer batches, long highWatermark, long start) -> {
                    ByteBuffer copy = ByteBuffer.allocate(batches.remaining())
                            .put(batches.duplicate())
                            .flip();
                    mine = new Fetched.Batches(copy, highWatermark, start);
                    tell("gets " + describe(TestBatches.seen(batches)) + ", high watermark " + highWatermark);
                }
                case Fetched.Diverging(int epoch, long end, long _) ->
                    tell("learns that epoch " + epoch + " ends at " + end);
                case Fetched.Refused(ErrorCode error, long _) -> tell("is refused: " + error);
            }
            long end = here.endOffset();
            here.fetched(asking, mine, error -> {
                if (error != ErrorCode.NONE) {
                    tell("pauses");
                } else if (here.endOffset() < end) {
                    tell("goes back to " + here.endOffset());
                }
            });
        }

        private void show(Partition here) {
            OptionalInt leader = here.leader();
            String role = here.leads()
                    ? "leads in epoch " + here.leaderEpoch() + ", in sync " + here.inSyncReplicas()
                    : "follows " + (leader.isPresent() ? "n" + leader.getAsInt() : "nobody") + " in epoch "
                            + here.leaderEpoch();
            List<TestBatches.Seen> all = new ArrayList<>();
            here.log().load(here.logStartOffset(), 1 << 20, here.endOffset(), new LogAnswer<>() {
                @Override
                public void done(ByteBuffer bytes) {
                    all.addAll(TestBatches.seen(bytes));
                    tell(role + ", high watermark " + here.highWatermark() + ": " + describe(all));
                }

                @Override
                public void refused(LogRefusal refusal) {
                    tell(refusal.message());
                }
            });
        }

        private String describe(List<TestBatches.Seen> records) {
            return records.isEmpty()
                    ? "nothing"
                    : records.stream()
                            .map(each -> each.offset() + ":" + each.value() + "/" + each.leaderEpoch())
                            .collect(Collectors.joining(" "));
        }

        @Override
        public void ask(PartitionId of, Proposal wanted, Consumer<Outcome> then) {
            tell("asks for version after " + wanted.partitionEpoch() + " with in sync "
                    + wanted.inSyncReplicas().stream().map(Member::replica).toList());
            proposal = wanted;
            asked = outcome -> on(_ -> then.accept(outcome));
        }

        @Override
        public boolean eligible(int replica, long epoch) {
            return !ineligible.contains(replica);
        }

        @Override
        public void highWatermarkAdvanced(Partition of) {
            if (of.highWatermark() < highWatermarkTold) {
                throw new AssertionError("the high watermark goes back");
            }
            highWatermarkTold = of.highWatermark();
            tell("has high watermark " + highWatermarkTold);
        }

        @Override
        public void inSyncReplicasChanged(Partition of) {
            tell("knows in sync " + of.inSyncReplicas());
        }

        @Override
        public void positionChanged(Partition of) {}

        @Override
        public void compactionFailed(Partition of, String why) {
            throw new AssertionError(why);
        }

        @Override
        public void damageFound(Partition of, LogDamage damage) {
            throw new AssertionError(damage.toString());
        }

        @Override
        public void failed(Partition of, LogFault fault) {
            throw new AssertionError(fault.message(), fault.cause());
        }
    }
}
