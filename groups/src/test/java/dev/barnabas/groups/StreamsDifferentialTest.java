package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random stories of streams applications, told to our coordinator and to Kafka's: they have to answer the same, but for
 * which tasks a member gets. To repeat one: {@code mvn -pl groups -am test -Dtest=StreamsDifferentialTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dgroups.seed=4711}; to try many: {@code -Dgroups.seeds=10000}.
 */
final class StreamsDifferentialTest {
    private static final List<String> NAMES = List.of("A", "B", "C", "D");
    private static final int COMMANDS = 120;

    static LongStream seeds() {
        Long seed = Long.getLong("groups.seed");
        return seed != null ? LongStream.of(seed) : LongStream.range(0, Long.getLong("groups.seeds", 150));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void answersLikeKafka(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        // An assignment that has to wait is made by a timer here, and with a later heartbeat by Kafka.
        StreamsSettings settings =
                new StreamsSettings(true, 45_000, 5_000, 0, random.nextInt(2) * 3_000, 0, List.of(), 1_000);
        Scenario ours =
                new Scenario(groups -> new TestCoordinator(groups, ConsumerSettings.DEFAULTS, settings, seed), true);
        Scenario kafka = new Scenario(groups -> new KafkaGroups(groups, ConsumerSettings.DEFAULTS, settings), true);
        List<String> story = new ArrayList<>();
        // So many tasks that each number of members gets the same number.
        Deque<String> next = new ArrayDeque<>(List.of("add-partitions t 12", "add-partitions u 12"));
        for (int i = 0; i < COMMANDS; i++) {
            String command = next.isEmpty() ? command(random, ours) : next.remove();
            List<String> expected = kafka.play(command).stream().sorted().toList();
            List<String> actual = ours.play(command).stream().sorted().toList();
            story.add("> " + command);
            story.addAll(actual);
            if (actual.equals(expected) || mayDiffer(command, expected, actual)) {
                continue;
            }
            if (endsTheStory(command, expected, actual)) {
                return;
            }
            assertThat(actual)
                    .as("seed %d, to be repeated with -Dgroups.seed=%d:%n%s%n", seed, seed, String.join("\n", story))
                    .isEqualTo(expected);
            addWhatFollows(random, command, actual, next);
        }
    }

    /** What only a member can do, and what a member has to notice before another one is gone. */
    private static void addWhatFollows(
            RandomGenerator random, String command, List<String> answers, Deque<String> next) {
        boolean beats = command.startsWith("pulse ") && answers.getFirst().contains(": epoch ");
        if (beats) {
            String name = command.split(" ")[1];
            int dice = random.nextInt(30);
            if (dice < 8 && answers.getFirst().contains("[3")) {
                next.addAll(List.of("create-missing", "pulse " + name));
            } else if (dice == 9) {
                next.add("pulse " + name + " shutdown");
            }
        }
    }

    /** Without how many tasks a member has, and whether an earlier delay goes on. */
    private static List<String> withoutTasks(List<String> answers) {
        return answers.stream()
                .map(line -> line.replaceAll(" *(, has|has|standby|target) \\d+;?", "")
                        .replaceAll(" *\\[5]|; 5", "")
                        .strip())
                .toList();
    }

    /** What is told otherwise, with nothing else to come of it. */
    private static boolean mayDiffer(String command, List<String> expected, List<String> actual) {
        // When somebody is gone we assign at once, Kafka with the next heartbeat of anybody else.
        boolean assignedLater =
                expected.stream().anyMatch(line -> line.contains("Assigning") || line.contains(" is NotReady"));
        // Who asks with its former epoch is told its tasks again.
        boolean toldAgain = command.contains("epoch=") && withoutTasks(actual).equals(withoutTasks(expected));
        // Whether the task is one that the member has had since then.
        boolean ofWhichTask = command.startsWith("commit ") && command.contains("generation=");
        return assignedLater || toldAgain || ofWhichTask;
    }

    private static boolean endsTheStory(String command, List<String> expected, List<String> actual) {
        // Kafka chooses which tasks a member gets as it likes, and so how many of them are free at once.
        boolean choice = withoutTasks(actual).equals(withoutTasks(expected));
        if (!command.startsWith("pulse ") && !command.startsWith("stream ")) {
            return choice;
        }
        // A member that has given up something and has to give up more goes up an epoch there. And as long as a
        // member's epoch stays, we let it come with the one before.
        boolean epochs = withoutEpoch(actual).equals(withoutEpoch(expected));
        boolean before = command.contains("epoch=") && expected.getFirst().endsWith("FENCED_MEMBER_EPOCH");
        // The delay of a group that was empty in between ends with that of its first members there.
        boolean delay = actual.getFirst().contains("5]") && !expected.getFirst().contains("5]");
        return choice || epochs || before || delay;
    }

    private static List<String> withoutEpoch(List<String> answers) {
        return withoutTasks(answers).stream()
                .map(line -> line.replaceAll("epoch \\d+", "epoch"))
                .toList();
    }

    private static String command(RandomGenerator random, Scenario ours) {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        boolean isStatic = name.equals("D");
        int dice = ours.client(name).memberId.isEmpty() ? 0 : random.nextInt(100);
        if (dice < 12 && isStatic && ours.client(name).generation > 0) {
            // Kafka does not let a static member join again that has not left before, not even under the same id.
            return "wait 1s";
        }
        if (dice < 12) {
            return "stream " + name + " g topology=" + oneOf(random, "count", "count", "count", "count", "join", "loop")
                    + (isStatic ? " instance=d" : "")
                    // Kafka takes another timeout for a reason to assign anew.
                    + " rebalance=" + (name.equals("A") ? "5003ms" : name.equals("B") ? "20011ms" : "60017ms");
        }
        if (dice < 66) {
            return "pulse " + name + oneOf(random, "", " owned=all", " owned=all", " owned=all", " owned=")
                    + oneOf(random, "", "", "", "", "", "", " epoch=2", " epoch=5");
        }
        if (dice < 70) {
            return "stop " + name + (isStatic ? oneOf(random, "", " for-now", " for-now") : "");
        }
        if (dice < 74) {
            return "commit " + name + " t/0=" + random.nextInt(100) + oneOf(random, "", "", " generation=2");
        }
        if (dice < 76) {
            return "commit group=g t/1=" + random.nextInt(100);
        }
        if (dice < 78) {
            return "fetch g";
        }
        if (dice < 81) {
            return "streams g";
        }
        if (dice < 83) {
            return oneOf(random, "list", "list types=streams", "describe g", "delete g");
        }
        if (dice < 84) {
            return "delete-offsets g t/0 t/1";
        }
        return "wait " + oneOf(random, "1s", "2s", "3s", "7s", "23s", "61s");
    }

    private static String oneOf(RandomGenerator random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
