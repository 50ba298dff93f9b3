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
 * Random stories, told to our coordinator and to Kafka's: they have to answer the same. (Odd timeouts, so that no two
 * of them end at the same time.) To repeat one: {@code mvn -pl groups -am test -Dtest=DifferentialTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dgroups.seed=4711}; to try many: {@code -Dgroups.seeds=10000}.
 *
 * <p>Kafka keeps members in no order. When a leader leaves, or votes are even, it chooses as it likes; where it chooses
 * otherwise than we do, the story ends.
 */
final class DifferentialTest {
    private static final int COMMANDS = 120;
    private static final String CREATE_G = "commit group=g t/9=1";
    private static final String CREATE_H = "commit group=h t/9=1";
    private static final List<String> NAMES = List.of("A", "B", "C", "D", "E");

    static LongStream seeds() {
        Long seed = Long.getLong("groups.seed");
        return seed != null ? LongStream.of(seed) : LongStream.range(0, Long.getLong("groups.seeds", 150));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void answersLikeKafka(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        Scenario ours = new Scenario(settings -> new TestCoordinator(settings, seed));
        Scenario kafka = new Scenario(KafkaGroups::new);
        List<String> story = new ArrayList<>();
        boolean delays = random.nextBoolean();
        Deque<String> next =
                new ArrayDeque<>(List.of("set initial-delay=" + (delays ? "3s" : "0s"), CREATE_G, CREATE_H));
        for (int i = 0; i < COMMANDS; i++) {
            String command = next.isEmpty() ? command(random, ours, delays) : next.remove();
            if (command.startsWith("delete ")) {
                // Kafka stores a group as soon as somebody asks for a place in it, we when it has been rebalanced.
                next.addAll(List.of(CREATE_G, CREATE_H));
            }
            List<String> expected = kafka.play(command).stream().sorted().toList();
            List<String> actual = ours.play(command).stream().sorted().toList();
            story.add("> " + command);
            story.addAll(actual);
            if (withoutChoice(actual, delays).equals(withoutChoice(expected, delays)) && !actual.equals(expected)) {
                return;
            }
            assertThat(actual)
                    .as("seed %d, to be repeated with -Dgroups.seed=%d:%n%s%n", seed, seed, String.join("\n", story))
                    .isEqualTo(expected);
        }
    }

    /**
     * Without what Kafka chooses as it likes, and when an initial delay ends: if somebody joined in the last part of
     * one, Kafka extends the next.
     */
    private static List<String> withoutChoice(List<String> answers, boolean delays) {
        return answers.stream()
                .filter(line -> !delays || !line.contains(": joined generation "))
                .map(line -> line.contains(": joined generation ") ? line.substring(0, line.indexOf(" with ")) : line)
                .toList();
    }

    private static String command(RandomGenerator random, Scenario ours, boolean delays) {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        int dice = random.nextInt(100);
        // Kafka does not answer what a member waits for when it asks again, or leaves; we do.
        boolean wouldDisturb = dice < 45
                ? ours.isWaiting(name)
                : dice >= 55 && dice < 61 && NAMES.stream().anyMatch(ours::isWaiting);
        if (wouldDisturb) {
            return "wait 1s";
        }
        if (dice < 30) {
            return join(random, name, delays);
        }
        if (dice < 45) {
            return "sync " + name + oneOf(random, "", "", "", "", " generation=3") + " A=a B=b C=c D=d E=e";
        }
        if (dice < 55) {
            return "heartbeat " + name + oneOf(random, "", "", "", " generation=2");
        }
        if (dice < 59) {
            return "leave " + name + oneOf(random, "", " version=1", " version=3");
        }
        if (dice < 61) {
            return "remove " + group(random) + oneOf(random, " instances=d", " instances=d,e", " members=A,B");
        }
        if (dice < 67) {
            return "commit " + name + " t/0=" + random.nextInt(100) + " u/1=" + random.nextInt(100)
                    + oneOf(random, "", " version=10", " version=4 retention=5m", " generation=2", " metadata=x");
        }
        if (dice < 69) {
            return "commit group=" + group(random) + " t/1=" + random.nextInt(100)
                    + oneOf(random, "", " version=2 retention=5m");
        }
        if (dice < 72) {
            return "fetch " + group(random) + oneOf(random, "", " t/0 t/7 u/1");
        }
        if (dice < 78) {
            return "describe " + group(random) + " g nobody version=" + oneOf(random, "0", "4", "6");
        }
        if (dice < 80) {
            return "list" + oneOf(random, "", " states=Stable,Empty", " types=classic");
        }
        if (dice < 82) {
            return "delete-offsets " + group(random) + " t/0 u/1 u/2";
        }
        if (dice < 83) {
            return "delete " + oneOf(random, "g", "h", "nobody");
        }
        if (dice < 84) {
            return "reload";
        }
        return "wait " + oneOf(random, "1s", "1s", "2s", "3s", "5s", "9s", "11s", "61s", "6m", "11m");
    }

    private static String join(RandomGenerator random, String name, boolean delays) {
        // When a member id is not used in time, Kafka ends the initial delay; we do not.
        String[] dynamic = delays ? new String[] {"1", "3"} : new String[] {"1", "3", "4", "9"};
        StringBuilder join = new StringBuilder("join ").append(name).append(' ').append(group(random));
        if (name.equals("D") || name.equals("E")) {
            join.append(" instance=").append(oneOf(random, "d", "e"));
        }
        if (random.nextInt(6) == 0) {
            join.append(" id=none");
        }
        return join.append(" version=")
                .append(name.equals("D") || name.equals("E") ? oneOf(random, "5", "8", "9") : oneOf(random, dynamic))
                .append(" protocols=")
                .append(oneOf(random, "range", "range", "range", "range,sticky", "sticky,range"))
                .append(" topics=")
                .append(oneOf(random, "t", "t", "t,u"))
                .append(" session=")
                .append(11_000 + NAMES.indexOf(name) * 7 + random.nextInt(2) * 20_000)
                .append("ms")
                .append(" rebalance=")
                .append(oneOf(random, "5003ms", "20011ms", "60017ms"))
                .append(oneOf(random, "", "", "", "", "", "", "", "", "", " type=connect"))
                .toString();
    }

    private static String group(RandomGenerator random) {
        return random.nextInt(5) == 0 ? "h" : "g";
    }

    private static String oneOf(RandomGenerator random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
