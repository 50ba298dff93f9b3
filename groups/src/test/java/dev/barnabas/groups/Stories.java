package dev.barnabas.groups;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Makes up the commands of a {@link Scenario}: five clients, two of them static, who do as they please in two groups.
 */
final class Stories {
    private static final List<String> CREATE_GROUPS = List.of("commit group=g t/9=1", "commit group=h t/9=1");
    private static final List<String> NAMES = List.of("A", "B", "C", "D", "E");

    private final RandomGenerator random;
    private final boolean delays;
    private final Deque<String> next = new ArrayDeque<>();

    /** @param delays whether a rebalance of an empty group is delayed */
    Stories(RandomGenerator random, boolean delays) {
        this.random = random;
        this.delays = delays;
        next.add("set initial-delay=" + (delays ? "3s" : "0s"));
        next.addAll(CREATE_GROUPS);
    }

    /** @param soFar the story, of which the next command is wanted */
    String next(Scenario soFar) {
        String command = next.isEmpty() ? command(soFar) : next.remove();
        if (command.startsWith("delete ")) {
            // Kafka stores a group as soon as somebody asks for a place in it, we when it has been rebalanced.
            next.addAll(CREATE_GROUPS);
        }
        return command;
    }

    private String command(Scenario ours) {
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
            return join(name);
        }
        if (dice < 45) {
            return "sync " + name + oneOf("", "", "", "", " generation=3") + " A=a B=b C=c D=d E=e";
        }
        if (dice < 55) {
            return "heartbeat " + name + oneOf("", "", "", " generation=2");
        }
        if (dice < 59) {
            return "leave " + name + oneOf("", " version=1", " version=3");
        }
        if (dice < 61) {
            return "remove " + group() + oneOf(" instances=d", " instances=d,e", " members=A,B");
        }
        if (dice < 67) {
            return "commit " + name + " t/0=" + random.nextInt(100) + " u/1=" + random.nextInt(100)
                    + oneOf("", " version=10", " version=4 retention=5m", " generation=2", " metadata=x");
        }
        if (dice < 69) {
            return "commit group=" + group() + " t/1=" + random.nextInt(100) + oneOf("", " version=2 retention=5m");
        }
        if (dice < 70) {
            return transaction(name);
        }
        if (dice < 72) {
            return "fetch " + group() + oneOf("", " t/0 t/7 u/1");
        }
        if (dice < 78) {
            return "describe " + group() + " g nobody version=" + oneOf("0", "4", "6");
        }
        if (dice < 80) {
            return "list" + oneOf("", " states=Stable,Empty", " types=classic");
        }
        if (dice < 82) {
            return "delete-offsets " + group() + " t/0 u/1 u/2";
        }
        if (dice < 83) {
            return "delete " + oneOf("g", "h", "nobody");
        }
        if (dice < 84) {
            return "reload";
        }
        return "wait " + oneOf("1s", "1s", "2s", "3s", "5s", "9s", "11s", "61s", "6m", "11m");
    }

    private String transaction(String name) {
        String producer = oneOf("7", "8", "9");
        return switch (random.nextInt(4)) {
            case 0 -> "end " + producer + oneOf(" commit", " commit", " abort");
            case 1 -> "pend " + producer + " group=" + group() + " t/0=" + random.nextInt(100);
            default ->
                "pend " + producer + " " + name + " t/0=" + random.nextInt(100) + " u/1=" + random.nextInt(100)
                        + oneOf("", " version=2", " version=6", " generation=2", " metadata=x");
        };
    }

    private String join(String name) {
        // When a member id is not used in time, Kafka ends the initial delay; we do not.
        String[] dynamic = delays ? new String[] {"1", "3"} : new String[] {"1", "3", "4", "9"};
        StringBuilder join = new StringBuilder("join ").append(name).append(' ').append(group());
        if (isStatic(name)) {
            join.append(" instance=").append(oneOf("d", "e"));
        }
        if (random.nextInt(6) == 0) {
            join.append(" id=none");
        }
        return join.append(" version=")
                .append(isStatic(name) ? oneOf("5", "8", "9") : oneOf(dynamic))
                .append(" protocols=")
                .append(oneOf("range", "range", "range", "range,sticky", "sticky,range"))
                .append(" topics=")
                // When a static member comes back with another subscription, Kafka does not look at it.
                .append(isStatic(name) ? "t" : oneOf("t", "t", "t,u"))
                .append(" session=")
                .append(11_000 + NAMES.indexOf(name) * 7 + random.nextInt(2) * 20_000)
                .append("ms")
                .append(" rebalance=")
                .append(oneOf("5003ms", "20011ms", "60017ms"))
                .append(oneOf("", "", "", "", "", "", "", "", "", " type=connect"))
                .toString();
    }

    private static boolean isStatic(String name) {
        return name.equals("D") || name.equals("E");
    }

    private String group() {
        return random.nextInt(5) == 0 ? "h" : "g";
    }

    private String oneOf(String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
