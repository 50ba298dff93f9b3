package dev.barnabas.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Consumers of the official client, with default settings, that form a group, join it and leave it, each on a thread of
 * its own.
 *
 * <p>Arguments: address, topic, its partitions, {@code group.protocol}, name of the group. Commands on the standard
 * input, each answered by one line, the milliseconds from the command until the group is {@link Shares balanced} and
 * everybody has polled with that: {@code join N} creates N more consumers at once, {@code leave} closes the one that
 * came first.
 */
final class GroupFormation {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Map<String, Object> settings;
    private final String topic;
    private final Shares shares;
    private final Deque<Member> members = new ArrayDeque<>();
    private int created;

    private GroupFormation(Map<String, Object> settings, String topic, int partitions) {
        this.settings = settings;
        this.topic = topic;
        this.shares = new Shares(partitions);
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", arguments[0], "group.protocol", arguments[3], "group.id", arguments[4]);
        new GroupFormation(settings, arguments[1], Integer.parseInt(arguments[2])).run();
    }

    private void run() throws IOException, InterruptedException {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            long begin = System.nanoTime();
            if (command.equals("leave")) {
                members.removeFirst().leave();
            } else {
                join(Integer.parseInt(command.substring("join ".length())));
            }
            long balanced = shares.awaitBalanced(members.size(), PATIENCE);
            System.out.printf(Locale.ROOT, "%.1f%n", (balanced - begin) / 1e6);
        }
        // Whoever gave the commands is gone; there is nothing to be tidy for.
        System.exit(0);
    }

    private void join(int count) {
        for (int i = 0; i < count; i++) {
            Member member = new Member(created++);
            members.addLast(member);
            Thread.ofPlatform().daemon().start(member);
        }
    }

    private final class Member implements Runnable {
        private final int number;
        private volatile boolean leaving;

        Member(int number) {
            this.number = number;
        }

        /** Returns at once; its share is nobody's from now on. */
        void leave() {
            shares.left(number);
            leaving = true;
        }

        @Override
        public void run() {
            try (KafkaConsumer<byte[], byte[]> consumer =
                    new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                consumer.subscribe(List.of(topic));
                while (!leaving) {
                    consumer.poll(POLL);
                    shares.polled(number, consumer.assignment(), System.nanoTime());
                }
            }
        }
    }
}
